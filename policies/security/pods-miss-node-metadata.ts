import { bad, boundary, good, unknown } from "../example.ts";
import { noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN, type Row, type Value } from "../row.ts";
import { asList, asText, below } from "../values.ts";
import { covers, egressRanges, NETWORK_POLICY, networkPolicy } from "./network-policies.ts";

/** AWS and Hetzner alike serve a node's credentials and user data there. */
const METADATA = "169.254.169.254/32";

const reaching = (ipBlock: Value): Row =>
  networkPolicy({ podSelector: {}, egress: [{ to: [{ ipBlock }] }] }, "egress-proxy");
const CIDR = "spec.egress[0].to[0].ipBlock.cidr";

export const podsMissNodeMetadata = resourceRule({
  id: "security/pods-miss-node-metadata",
  title: "No pod reaches the metadata address of its node",
  why:
    "The address answers with the node's user data at Hetzner and with the credentials of its role at AWS. A " +
    "proxy that fetches what it is told to fetches that as well.",
  severity: "critical",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Add 169.254.0.0/16 to the `except` list of the range.",
  source:
    "NSA and CISA, Kubernetes Hardening Guide, section 3; https://docs.hetzner.cloud/reference/cloud#server-metadata",
  types: [NETWORK_POLICY],
  examples: [
    good("the internet without link-local addresses", reaching({ cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] })),
    good("a range elsewhere", reaching({ cidr: "10.0.0.0/8" })),
    bad("the internet", reaching({ cidr: "0.0.0.0/0" }), CIDR),
    boundary("the address itself", reaching({ cidr: METADATA }), CIDR),
    boundary("its neighbour", reaching({ cidr: "169.254.169.253/32" })),
    boundary("an exception beside it", reaching({ cidr: "0.0.0.0/0", except: ["169.254.170.0/24"] }), CIDR),
    unknown("a range that `up` decides", reaching({ cidr: UNKNOWN }), CIDR),
  ],

  *inspect(row) {
    for (const block of egressRanges(row)) {
      const [{ path, value }, except] = [below(block, "cidr"), below(block, "except").value];
      const limit = `a range without ${METADATA}`;
      if (value === UNKNOWN)
        yield { path, message: `Whether ${row.name} reaches node metadata is decided only by \`up\`.`, value, limit };
      const range = asText(value);
      if (range === undefined || !covers(range, METADATA)) continue;
      if (asList(except).some((inner) => covers(asText(inner) ?? "", METADATA))) continue;
      yield { path, message: `${row.name} lets pods ask for their node's metadata.`, value: range, limit };
    }
  },
});
