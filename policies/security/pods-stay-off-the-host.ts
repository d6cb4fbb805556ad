import { z } from "zod";
import { bad, boundary, changed, good, unknown } from "../example.ts";
import { POD, WORKLOAD } from "../example-workload.ts";
import { podOf, POD_TYPES } from "../pods.ts";
import { demand, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asText, below, isTrue, itemsOf } from "../values.ts";

const config = z.strictObject({
  paths: z.array(z.string()).default([]).meta({ description: "Folders of the node that pods may mount." }),
});

const mounting = (path: string) => changed(WORKLOAD, `${POD}.volumes[0]`, { name: "scratch", hostPath: { path } });
const FOLDER = `${POD}.volumes[0].hostPath.path`;

export const podsStayOffTheHost = resourceRule({
  id: "security/pods-stay-off-the-host",
  title: "Pods share neither files nor network nor processes with their node",
  why:
    "A folder of the node holds the kubelet's key, its network skips every network policy, and its processes " +
    "carry secrets in their environment.",
  severity: "critical",
  level: "mandatory",
  config,
  unknown: "fail",
  fix: "Use a volume claim or an emptyDir, and a Service instead of the node's network.",
  source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/ (baseline)",
  types: POD_TYPES,
  examples: [
    good("volumes of its own", WORKLOAD),
    bad("a folder of the node", mounting("/var/lib/rancher"), FOLDER),
    bad("the node's network", changed(WORKLOAD, `${POD}.hostNetwork`, true), `${POD}.hostNetwork`),
    bad("the node's processes", changed(WORKLOAD, `${POD}.hostPID`, true), `${POD}.hostPID`),
    boundary("a folder that is allowed", mounting("/dev/dri"), [], { settings: { paths: ["/dev/dri"] } }),
    boundary("a folder within it, which is not", mounting("/dev/dri/card0"), FOLDER, {
      settings: { paths: ["/dev/dri"] },
    }),
    unknown("volumes that `up` decides", changed(WORKLOAD, `${POD}.volumes`, UNKNOWN), `${POD}.volumes.hostPath.path`),
  ],

  *inspect(row, { config: { paths } }) {
    const pod = podOf(row);
    for (const flag of ["hostNetwork", "hostPID", "hostIPC"]) {
      yield* demand(below(pod, flag), {
        isMet: (value) => !isTrue(value),
        limit: "false",
        message: `${row.name} has ${flag} set.`,
      });
    }
    for (const volume of itemsOf(below(pod, "volumes"))) {
      yield* demand(below(volume, "hostPath", "path"), {
        isMet: (value) => value === undefined || paths.includes(asText(value) ?? ""),
        limit: paths.length === 0 ? "no folder of the node" : paths.join(", "),
        message: `${row.name} mounts a folder of its node.`,
      });
    }
  },
});
