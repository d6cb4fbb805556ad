import { bad, boundary, changed, good, unknown } from "../example.ts";
import { POD, WORKLOAD } from "../example-workload.ts";
import { podOf, POD_TYPES } from "../pods.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { below } from "../values.ts";

const FLAG = `${POD}.automountServiceAccountToken`;

export const podsHoldNoApiToken = resourceRule({
  id: "security/pods-hold-no-api-token",
  title: "Pods hold no token for the Kubernetes API",
  why:
    "Kubernetes puts one into every pod that does not object. It is a login to the API from inside the cluster, " +
    "lying in a file that every tool of an intruder looks for first.",
  severity: "medium",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Set automountServiceAccountToken of the pod to false; a workload that needs the API is exempted by name.",
  source: "CIS Kubernetes Benchmark 5.1.6",
  types: POD_TYPES,
  examples: [
    good("ruled out", WORKLOAD),
    bad("asked for", changed(WORKLOAD, FLAG, true), FLAG),
    boundary("nothing said, which mounts it", changed(WORKLOAD, FLAG, undefined), FLAG),
    unknown("a flag that `up` decides", changed(WORKLOAD, FLAG, UNKNOWN), FLAG),
  ],

  *inspect(row) {
    yield* demand(below(podOf(row), "automountServiceAccountToken"), {
      isMet: (value) => value === false,
      limit: "false",
      message: `Every container of ${row.name} finds a token for the API.`,
    });
  },
});
