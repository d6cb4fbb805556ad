import { z } from "zod";
import { bad, boundary, changed, good, unknown } from "../example.ts";
import { MAIN, POD, WORKLOAD } from "../example-workload.ts";
import { containersOf, isNodeAgent, NODE_AGENTS, podOf, POD_TYPES } from "../pods.ts";
import { demand, resourceRule } from "../resource-rule.ts";
import { UNKNOWN, type Row } from "../row.ts";
import { asText, below, isTrue, itemsOf } from "../values.ts";

const config = z.strictObject({
  paths: z.array(z.string()).default([]).meta({ description: "Folders of the node that pods may mount." }),
  namespaces: z
    .array(z.string())
    .default([NODE_AGENTS])
    .meta({ description: "Namespaces of agents, which may mount any folder of their node to read it." }),
  sockets: z
    .array(z.string())
    .default(["/var/lib/kubelet/device-plugins"])
    .meta({ description: "Folders that agents may also write to: where device plugins and the kubelet meet." }),
});

const mounting = (path: string) => changed(WORKLOAD, `${POD}.volumes[0]`, { name: "scratch", hostPath: { path } });
const agent = (readOnly: boolean) =>
  changed(changed(mounting("/var/log"), "metadata.namespace", NODE_AGENTS), `${MAIN}.volumeMounts`, [
    { name: "scratch", mountPath: "/host/var/log", readOnly },
  ]);
const writing = (namespace: string) =>
  changed(mounting("/var/lib/kubelet/device-plugins"), "metadata.namespace", namespace);
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
    boundary("an agent that reads a folder of its node", agent(true)),
    boundary("an agent that writes to it", agent(false), FOLDER),
    boundary("a device plugin at the kubelet's sockets", writing(NODE_AGENTS)),
    boundary("the same of a team", writing("team-example"), FOLDER),
    unknown("volumes that `up` decides", changed(WORKLOAD, `${POD}.volumes`, UNKNOWN), `${POD}.volumes.hostPath.path`),
  ],

  *inspect(row, { config: { paths, namespaces, sockets } }) {
    const pod = podOf(row);
    const agents = isNodeAgent(row, namespaces);
    for (const flag of ["hostNetwork", "hostPID", "hostIPC"]) {
      yield* demand(below(pod, flag), {
        isMet: (value) => !isTrue(value),
        limit: "false",
        message: `${row.name} has ${flag} set.`,
      });
    }
    for (const volume of itemsOf(below(pod, "volumes"))) {
      const reads = agents && isOnlyRead(row, asText(below(volume, "name").value));
      yield* demand(below(volume, "hostPath", "path"), {
        isMet: (value) =>
          value === undefined || reads || [...paths, ...(agents ? sockets : [])].includes(asText(value) ?? ""),
        limit: paths.length === 0 ? "no folder of the node" : paths.join(", "),
        message: `${row.name} mounts a folder of its node.`,
      });
    }
  },
});

/** Whether no container may write to a volume of the pod. */
const isOnlyRead = (row: Row, volume: string | undefined): boolean =>
  containersOf(row)
    .flatMap((container) => itemsOf(below(container, "volumeMounts")))
    .filter((mount) => below(mount, "name").value === volume)
    .every((mount) => isTrue(below(mount, "readOnly").value));
