import { bad, boundary, changed, good, secret, unknown } from "../example.ts";
import { noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asText } from "../values.ts";
import { configurationExample, NODE_TYPES, nodeExample, ofNode, secretNodeExample } from "./node-config.ts";

/** Settings that hold a secret, each with the one that names a file instead. */
const SETTINGS = { token: "token-file", "agent-token": "agent-token-file", "vpn-auth": "vpn-auth-file" } as const;

const FILE = "token-file: /etc/splitfleet/k3s-token\n";

export const k3sReadsTokensFromFiles = resourceRule({
  id: "security/k3s-reads-tokens-from-files",
  title: "Nodes of the cluster take tokens from files that only root reads",
  why:
    "A token in the configuration is in user data, in its snapshots and in Pulumi's state. The server token is " +
    "the whole cluster, and the mesh key among k3s's arguments is shown by every list of processes.",
  severity: "critical",
  level: "mandatory",
  config: noParameters,
  unknown: "ignore",
  fix: "Use token-file, agent-token-file and vpn-auth-file, and fill the files once the node has joined the mesh.",
  source: "https://docs.k3s.io/cli/token; https://github.com/k3s-io/k3s/issues/11034",
  types: NODE_TYPES,
  examples: [
    good("a token by file", nodeExample()),
    bad("the token of a server", nodeExample(FILE, "token: correct-horse-battery\n"), "userData"),
    bad(
      "the mesh key of an agent",
      nodeExample(FILE, "vpn-auth: name=tailscale,joinKey=correct-horse\n", "agent"),
      "userData",
    ),
    good("a token by file, brought over the mesh", configurationExample()),
    bad("a token brought over the mesh", configurationExample(FILE, "token: correct-horse-battery\n"), "files"),
    boundary("an empty token", nodeExample(FILE, 'token: ""\n')),
    unknown("user data that `up` decides", changed(nodeExample(), "userData", UNKNOWN), "userData"),
    secret("the token is not repeated", secretNodeExample(FILE, "token: correct-horse-battery\n"), "userData"),
  ],

  *inspect(row) {
    yield* ofNode(row, "any", function* (k3s) {
      for (const [setting, file] of Object.entries(SETTINGS)) {
        if ((asText(k3s[setting]) ?? "") === "") continue;
        yield {
          message: `The k3s configuration of ${row.name} holds ${setting}.`,
          value: `a value for ${setting}`,
          limit: `${file} only`,
        };
      }
    });
  },
});
