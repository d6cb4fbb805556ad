import { bad, boundary, changed, good, unknown } from "../example.ts";
import { MAIN, POD, WORKLOAD } from "../example-workload.ts";
import { containerName, containersOf, inherited, POD_TYPES } from "../pods.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { isTrue } from "../values.ts";

const OWN = `${MAIN}.securityContext.runAsNonRoot`;
const bare = changed(WORKLOAD, `${POD}.securityContext.runAsNonRoot`, undefined);

export const podsRunAsUser = resourceRule({
  id: "security/pods-run-as-user",
  title: "Containers do not run as root",
  why:
    "Root in a container is root on the node for every hole in the runtime or the kernel, and the node holds the " +
    "cluster's credentials.",
  severity: "high",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Set securityContext.runAsNonRoot of the pod, and a numeric runAsUser where the image names its user.",
  source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/ (restricted)",
  types: POD_TYPES,
  examples: [
    good("the pod says so for all", WORKLOAD),
    bad("nobody says so", bare, OWN),
    boundary("the container says so itself", changed(bare, OWN, true)),
    boundary("the container takes it back", changed(WORKLOAD, OWN, false), OWN),
    unknown("a flag that `up` decides", changed(WORKLOAD, OWN, UNKNOWN), OWN),
  ],

  *inspect(row) {
    for (const container of containersOf(row)) {
      yield* demand(inherited(row, container, "runAsNonRoot"), {
        isMet: isTrue,
        limit: "true",
        message: `The ${containerName(row, container)} may run as root.`,
      });
    }
  },
});
