import { bad, boundary, changed, good, unknown } from "../example.ts";
import { MAIN, WORKLOAD } from "../example-workload.ts";
import { containerName, containersOf, POD_TYPES } from "../pods.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { below, isTrue } from "../values.ts";

const [ESCALATION, PRIVILEGED] = [
  `${MAIN}.securityContext.allowPrivilegeEscalation`,
  `${MAIN}.securityContext.privileged`,
];

export const podsStayUnprivileged = resourceRule({
  id: "security/pods-stay-unprivileged",
  title: "Containers are not privileged and can not become so",
  why: "A privileged container is the node. One that may escalate gets there through any set-uid binary of its image.",
  severity: "critical",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Set securityContext.allowPrivilegeEscalation to false and leave privileged out.",
  source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/ (restricted)",
  types: POD_TYPES,
  examples: [
    good("escalation ruled out", WORKLOAD),
    bad("a privileged container", changed(WORKLOAD, PRIVILEGED, true), PRIVILEGED),
    boundary("nothing said, which allows escalation", changed(WORKLOAD, ESCALATION, undefined), ESCALATION),
    boundary("privileged written out as false", changed(WORKLOAD, PRIVILEGED, false)),
    unknown("a flag that `up` decides", changed(WORKLOAD, ESCALATION, UNKNOWN), ESCALATION),
  ],

  *inspect(row) {
    for (const container of containersOf(row)) {
      const name = containerName(row, container);
      yield* demand(below(container, "securityContext", "allowPrivilegeEscalation"), {
        isMet: (value) => value === false,
        limit: "false",
        message: `The ${name} can gain more rights than it was started with.`,
      });
      yield* demand(below(container, "securityContext", "privileged"), {
        isMet: (value) => !isTrue(value),
        limit: "false",
        message: `The ${name} has every right on its node.`,
      });
    }
  },
});
