import type { z } from "zod";
import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { noParameters } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import type { Rule } from "../rule.ts";
import { CONFIGURATION, configurationExample, nodeConfigOf, serverExample } from "./node-config.ts";
import { INSTANCE, LAUNCH_TEMPLATE, SERVER } from "./user-data.ts";

/** What a node's filter says of the address at which clouds serve user data and credentials. */
const METADATA_IS_CLOSED = /^\s*ip daddr 169\.254\.169\.254 drop$/m;

const FILTER = "/etc/splitfleet/filter.nft";

const filtered = changed(configurationExample(), `files["${FILTER}"]`, "    ip daddr 169.254.169.254 drop\n");
const open = changed(configurationExample(), `files["${FILTER}"]`, "    ip daddr 169.254.169.253 drop\n");

const template = (userData: string) => exampleRow(LAUNCH_TEMPLATE, "burst", { userData });

export const nodesHaveConfiguration: Rule<z.output<typeof noParameters>> = {
  id: "security/nodes-have-configuration",
  title: "Every node is configured, and closes its metadata address to pods",
  why:
    "A server without a bundle has the settings of its image: nothing filters its private network, which the " +
    "provider's firewall leaves open, its updates wait for somebody, and every pod reads its user data.",
  severity: "high",
  level: "mandatory",
  scope: "environment",
  config: noParameters,
  unknown: "ignore",
  fix: "Create nodes by HetznerPool and BurstPool, which give each its bundle, or a NodeConfiguration beside the server.",
  source:
    "CIS Debian Linux Benchmark, section on host firewalls; NSA and CISA, Kubernetes Hardening Guide, section 3; " +
    "https://docs.hetzner.com/networking/networks/faq/",
  examples: [
    good("a server with its configuration", [serverExample(), filtered]),
    good("a machine that no cloud has, with its configuration", filtered),
    bad("a server without", serverExample(), "userData"),
    bad("a launch template whose nodes bring nothing", template("#cloud-config\nssh_pwauth: false\n"), "userData"),
    boundary("the configuration of another node", [serverExample(), { ...filtered, parent: "" }], "userData"),
    boundary("a filter that closes the address beside it", open, "files"),
    unknown("files that `up` decides", changed(configurationExample(), "files", UNKNOWN), "files"),
  ],

  *check(rows) {
    const configured = new Set(rows.filter(({ type }) => type === CONFIGURATION).map(({ parent }) => parent));
    for (const row of rows) {
      const isNode = [SERVER, LAUNCH_TEMPLATE, INSTANCE].includes(row.type);
      if (row.type !== CONFIGURATION && (!isNode || configured.has(row.parent))) continue;
      const node = nodeConfigOf(row);
      const limit = "a bundle whose filter closes 169.254.169.254";
      const fault = {
        urn: row.urn,
        path: node === UNKNOWN || node === undefined ? pathOf(row.type) : node.path,
        limit,
      };
      if (node === UNKNOWN) {
        yield { ...fault, message: `What configures ${row.name} is decided only by \`up\`.`, value: UNKNOWN };
      } else if (!METADATA_IS_CLOSED.test(node?.files.get(FILTER) ?? "")) {
        const has = node?.files.has(FILTER) === true ? "a filter that leaves it open" : "no filter";
        yield { ...fault, message: `Pods on ${row.name} reach its metadata address.`, value: has };
      }
    }
  },
};

const pathOf = (type: string): string => (type === CONFIGURATION ? "files" : "userData");
