import { bad, boundary, changed, good, unknown } from "../example.ts";
import { MAIN, WORKLOAD } from "../example-workload.ts";
import { containerName, containersOf, POD_TYPES } from "../pods.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { below, isTrue } from "../values.ts";

const FLAG = `${MAIN}.securityContext.readOnlyRootFilesystem`;

export const podsWriteToVolumesOnly = resourceRule({
  id: "security/pods-write-to-volumes-only",
  title: "A container's own file system is read-only",
  why:
    "What can not be changed can not be replaced by an intruder, and what is written is written where somebody " +
    "has decided how long it stays.",
  severity: "medium",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Set securityContext.readOnlyRootFilesystem and mount an emptyDir where the program writes.",
  source: "NSA and CISA, Kubernetes Hardening Guide, section 2",
  types: POD_TYPES,
  examples: [
    good("read-only", WORKLOAD),
    bad("writable", changed(WORKLOAD, FLAG, false), FLAG),
    boundary("nothing said, which is writable", changed(WORKLOAD, FLAG, undefined), FLAG),
    unknown("a flag that `up` decides", changed(WORKLOAD, FLAG, UNKNOWN), FLAG),
  ],

  *inspect(row) {
    for (const container of containersOf(row)) {
      yield* demand(below(container, "securityContext", "readOnlyRootFilesystem"), {
        isMet: isTrue,
        limit: "true",
        message: `The ${containerName(row, container)} can change its own programs.`,
      });
    }
  },
});
