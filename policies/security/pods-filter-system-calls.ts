import { bad, boundary, changed, good, unknown } from "../example.ts";
import { MAIN, POD, WORKLOAD } from "../example-workload.ts";
import { containerName, containersOf, inherited, POD_TYPES } from "../pods.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";

const OWN = `${MAIN}.securityContext.seccompProfile.type`;
const [OF_POD, OF_MAIN] = [`${POD}.securityContext.seccompProfile`, `${MAIN}.securityContext.seccompProfile`];
const bare = changed(WORKLOAD, OF_POD, undefined);

export const podsFilterSystemCalls = resourceRule({
  id: "security/pods-filter-system-calls",
  title: "Containers run under the runtime's seccomp profile",
  why:
    "Most escapes from a container go through a system call that no application uses. The default profile " +
    "refuses them and costs nothing.",
  severity: "medium",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Set securityContext.seccompProfile.type of the pod to RuntimeDefault.",
  source: "https://kubernetes.io/docs/tutorials/security/seccomp/",
  types: POD_TYPES,
  examples: [
    good("the pod's profile", WORKLOAD),
    bad("no profile", bare, OWN),
    boundary(
      "a profile of the container's own",
      changed(bare, OF_MAIN, { type: "Localhost", localhostProfile: "api.json" }),
    ),
    boundary("the container opts out", changed(WORKLOAD, OF_MAIN, { type: "Unconfined" }), OWN),
    unknown("a profile that `up` decides", changed(WORKLOAD, OF_MAIN, UNKNOWN), OWN),
  ],

  *inspect(row) {
    for (const container of containersOf(row)) {
      yield* demand(inherited(row, container, "seccompProfile", "type"), {
        isMet: (value) => value === "RuntimeDefault" || value === "Localhost",
        limit: "RuntimeDefault",
        message: `The ${containerName(row, container)} may make any system call.`,
      });
    }
  },
});
