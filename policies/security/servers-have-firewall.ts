import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { demandOne, noParameters } from "../resource-rule.ts";
import { UNKNOWN, type Row, type Value } from "../row.ts";
import type { Rule } from "../rule.ts";
import { asList, asObject, asText, itemsOf, below, placeIn, type Place } from "../values.ts";
import type { z } from "zod";

const SERVER = "hcloud:index/server:Server";
const FIREWALL = "hcloud:index/firewall:Firewall";
const ATTACHMENT = "hcloud:index/firewallAttachment:FirewallAttachment";

const server = exampleRow(SERVER, "node", { labels: { "splitfleet/environment": "example" } });
const firewall = exampleRow(FIREWALL, "nodes", {
  applyTos: [{ labelSelector: "splitfleet/environment=example" }],
  rules: [],
});

export const serversHaveFirewall: Rule<z.output<typeof noParameters>> = {
  id: "security/servers-have-firewall",
  title: "Every Hetzner server is behind a firewall",
  why:
    "A server without one answers on every port that any of its programs opens, from its first second. One that " +
    "is added by hand is missing on the node that is added next.",
  severity: "critical",
  level: "mandatory",
  scope: "environment",
  config: noParameters,
  unknown: "warn",
  fix: "Label the server like the others of the environment; the firewall applies to the label.",
  source: "https://docs.hetzner.com/cloud/firewalls/overview/",
  examples: [
    good("a firewall for the server's label", [server, firewall]),
    good("a firewall of its own", changed(server, "firewallIds", [7])),
    bad("none", server, "firewallIds"),
    boundary(
      "a selector for another environment",
      [server, changed(firewall, "applyTos[0].labelSelector", "splitfleet/environment=other")],
      "firewallIds",
    ),
    boundary(
      "a selector of two labels, one of which is missing",
      [server, changed(firewall, "applyTos[0].labelSelector", "splitfleet/environment=example,edge=true")],
      "firewallIds",
    ),
    boundary("an attachment for the label", [
      server,
      exampleRow(ATTACHMENT, "all", { labelSelectors: ["splitfleet/environment"] }),
    ]),
    unknown("a selector that `up` decides", [server, changed(firewall, "applyTos", UNKNOWN)], "firewallIds"),
  ],

  *check(rows) {
    const selectors = rows.flatMap(selectorsOf);
    for (const row of rows) {
      if (row.type !== SERVER || asList(row.inputs["firewallIds"]).length > 0) continue;
      const labels = asObject(row.inputs["labels"]) ?? {};
      for (const fault of demandOne(selectors, {
        path: "firewallIds",
        message: `No firewall applies to ${row.name}.`,
        nothing: "nothing",
        limit: "at least one firewall",
        isMet: ({ value }) => selects(asText(value) ?? "", labels),
      }))
        yield { urn: row.urn, ...fault };
    }
  },
};

function selectorsOf(row: Row): readonly Place[] {
  if (row.type === FIREWALL) {
    return itemsOf(placeIn(row, "applyTos")).map((target) => below(target, "labelSelector"));
  }
  return row.type === ATTACHMENT ? itemsOf(placeIn(row, "labelSelectors")) : [];
}

/** Hetzner's selectors as the fleet uses them: `key=value` and `key`, all of which have to hold. */
const selects = (selector: string, labels: { readonly [key: string]: Value }): boolean =>
  selector.split(",").every((part) => {
    const [key = "", value] = part.split(/==?/);
    return value === undefined ? labels[key] !== undefined : labels[key] === value;
  });
