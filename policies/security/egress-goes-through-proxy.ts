import { z } from "zod";
import { bad, boundary, good, unknown } from "../example.ts";
import { resourceRule } from "../resource-rule.ts";
import { UNKNOWN, type Row, type Value } from "../row.ts";
import { asText, below, placeIn } from "../values.ts";
import { egressRanges, ipv4Range, NETWORK_POLICY, networkPolicy } from "./network-policies.ts";

const config = z.strictObject({
  namespaces: z
    .array(z.string())
    .default(["egress-proxy"])
    .meta({ description: "Namespaces whose pods may reach the internet." }),
  minimumBits: z
    .int()
    .min(1)
    .max(32)
    .default(8)
    .meta({ description: "Prefix length below which a range counts as the internet." }),
});

const reaching = (cidr: Value, namespace?: string): Row =>
  networkPolicy({ podSelector: {}, egress: [{ to: [{ ipBlock: { cidr } }], ports: [{ port: 443 }] }] }, namespace);
const CIDR = "spec.egress[0].to[0].ipBlock.cidr";
const PEERS = "spec.egress[0].to";

export const egressGoesThroughProxy = resourceRule({
  id: "security/egress-goes-through-proxy",
  title: "Only the egress proxy reaches the internet",
  why:
    "A pod that may open connections to anywhere may send anything there. Behind the proxy each workload has a " +
    "list of hosts, and the log of the proxy says what left the fleet.",
  severity: "high",
  level: "mandatory",
  config,
  unknown: "fail",
  fix: "Let the workload declare the hosts that it needs; the proxy connects on its behalf.",
  source: "NSA and CISA, Kubernetes Hardening Guide, section 3",
  types: [NETWORK_POLICY],
  examples: [
    good("a range of the mesh", reaching("100.64.0.0/10")),
    bad("the whole internet", reaching("0.0.0.0/0"), CIDR),
    bad("the whole internet in IPv6", reaching("::/0"), CIDR),
    bad(
      "no peer named, which is everything",
      networkPolicy({ podSelector: {}, egress: [{ ports: [{ port: 443 }] }] }),
      PEERS,
    ),
    boundary("a /8", reaching("10.0.0.0/8")),
    boundary("half of the internet", reaching("128.0.0.0/1"), CIDR),
    boundary("the proxy itself", reaching("0.0.0.0/0", "egress-proxy")),
    unknown("a range that `up` decides", reaching(UNKNOWN), CIDR),
  ],

  *inspect(row, { config: { namespaces, minimumBits } }) {
    if (namespaces.includes(asText(placeIn(row, "metadata", "namespace").value) ?? "")) return;
    const limit = `ranges of at least /${minimumBits}, or named pods`;
    const rules = placeIn(row, "spec", "egress");
    for (const [index, rule] of (Array.isArray(rules.value) ? rules.value : []).entries()) {
      const peers = below(rules, index, "to");
      if (rule === UNKNOWN || peers.value !== undefined) continue;
      yield { path: peers.path, message: `${row.name} lets pods reach everything.`, value: "nothing", limit };
    }
    for (const block of egressRanges(row)) {
      if (block.value === undefined) continue;
      const { path, value } = below(block, "cidr");
      const at = { path, limit };
      if (value === UNKNOWN)
        yield { ...at, message: `What ${row.name} lets pods reach is decided only by \`up\`.`, value: UNKNOWN };
      else if (isInternet(asText(value) ?? "", minimumBits)) {
        yield {
          ...at,
          message: `${row.name} lets pods reach ${asText(value) ?? "anything"}.`,
          value: asText(value) ?? "nothing",
        };
      }
    }
  },
});

/** No IPv6 range of the fleet is wider than a /48. */
function isInternet(range: string, minimumBits: number): boolean {
  const bits = ipv4Range(range)?.bits;
  return bits === undefined ? Number(range.split("/")[1] ?? 0) < 48 : bits < minimumBits;
}
