import { bad, boundary, changed, good, unknown } from "../example.ts";
import { noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { apiServerArguments, NODE_TYPES, nodeExample, ofNode } from "./node-config.ts";

const PATH_LINE = "  - audit-log-path=/var/lib/rancher/k3s/server/logs/audit.log\n";
const POLICY_LINE = "  - audit-policy-file=/etc/rancher/k3s/audit.yaml\n";

export const apiIsAudited = resourceRule({
  id: "security/api-is-audited",
  title: "The Kubernetes API keeps an audit log",
  why:
    "After an incident the first question is who read which secret. Without a log there is no answer, and a " +
    "breach whose extent is unknown has to be reported as if everything was taken.",
  severity: "high",
  level: "mandatory",
  config: noParameters,
  unknown: "ignore",
  fix: "Pass audit-log-path and audit-policy-file in `kube-apiserver-arg` of every server.",
  source: "CIS Kubernetes Benchmark 1.2.16 and 3.2.1; GDPR Article 33",
  types: NODE_TYPES,
  examples: [
    good("a log and a policy for it", nodeExample()),
    bad("neither", nodeExample(PATH_LINE + POLICY_LINE, ""), ["userData", "userData"]),
    boundary("a log without a policy, which stays empty", nodeExample(POLICY_LINE, ""), "userData"),
    boundary("an agent, which serves no API", nodeExample(PATH_LINE + POLICY_LINE, "", "agent")),
    unknown("user data that `up` decides", changed(nodeExample(), "userData", UNKNOWN), "userData"),
  ],

  *inspect(row) {
    yield* ofNode(row, "server", function* (k3s) {
      const set = apiServerArguments(k3s);
      for (const name of ["audit-log-path", "audit-policy-file"]) {
        if ((set.get(name) ?? "") !== "") continue;
        yield {
          message: `The API server on ${row.name} is started without ${name}.`,
          value: "nothing",
          limit: `${name} with a path`,
        };
      }
    });
  },
});
