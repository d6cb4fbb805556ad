import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Taint } from "../../compute/node-config/k3s.ts";
import type { Allocation } from "../../labels.ts";
import { type Container, type Probe, replicasOf } from "../../workloads/contract.ts";
import type { PlannedWorkload } from "../../workloads/plan.ts";
import type { ConfigFiles } from "./config-files.ts";
import { referredName } from "./secrets.ts";

type PodTemplate = kubernetes.types.input.core.v1.PodTemplateSpec;
type ContainerArgs = kubernetes.types.input.core.v1.Container;

export interface PodArgs {
  readonly planned: Pick<PlannedWorkload, "name" | "workload">;
  /** One of the workload's jobs, if the pods are not those of the workload itself. */
  readonly job?: Container;
  readonly labels: Record<string, string>;
  readonly allocation: Allocation;
  /** Of the pool: its pods put up with them, all others stay away. */
  readonly taints: readonly Taint[];
  /** Name of the class. */
  readonly priorityClass: pulumi.Input<string>;
  readonly files: ConfigFiles | undefined;
  /** Name of the service account. */
  readonly account: string;
}

/** Labels that select a workload's pods and nothing else. */
export const selectorOf = (workload: string): Record<string, string> => ({ "app.kubernetes.io/name": workload });

/** Pods under the restricted security profile: no root, no privilege, no writable image, no token of their own. */
export function podTemplate({
  planned,
  job,
  labels,
  allocation,
  taints,
  priorityClass,
  files,
  account,
}: PodArgs): PodTemplate & { spec: kubernetes.types.input.core.v1.PodSpec } {
  const { container, volumes = {} } = job === undefined ? planned.workload : { container: job };
  const spreads = job === undefined && replicasOf(planned.workload).maximum > 1;
  const scratch = container.scratch ?? [];
  return {
    metadata: {
      labels,
      ...(files === undefined ? {} : { annotations: { "splitfleet/config-checksum": files.checksum } }),
    },
    spec: {
      serviceAccountName: account,
      automountServiceAccountToken: false,
      priorityClassName: priorityClass,
      nodeSelector: allocation.pool === undefined ? {} : { "splitfleet/pool": allocation.pool },
      ...(taints.length === 0
        ? {}
        : { tolerations: taints.map(({ key, value, effect }) => ({ key, operator: "Equal", value, effect })) }),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: container.user,
        runAsGroup: container.user,
        fsGroup: container.user,
        seccompProfile: { type: "RuntimeDefault" },
      },
      ...(container.lifecycle === undefined ? {} : { terminationGracePeriodSeconds: container.lifecycle.graceSeconds }),
      ...(spreads ? { topologySpreadConstraints: [spread(planned.name)] } : {}),
      containers: [
        {
          ...containerArgs(planned.name, container),
          volumeMounts: [
            ...(files?.mounts ?? []).map(({ key, path }) => ({
              name: "config",
              mountPath: path,
              subPath: key,
              readOnly: true,
            })),
            ...Object.entries(volumes).map(([name, { path }]) => ({ name, mountPath: path })),
            ...scratch.map((path, index) => ({ name: `scratch-${index}`, mountPath: path })),
          ],
        },
      ],
      volumes: [
        ...(files === undefined ? [] : [{ name: "config", configMap: { name: `${planned.name}-config` } }]),
        ...scratch.map((_, index) => ({ name: `scratch-${index}`, emptyDir: {} })),
      ],
    },
  };
}

function containerArgs(name: string, container: Container): ContainerArgs {
  const { image, command, args, env = {}, cpu, memoryMiB, gpus = 0, probes, lifecycle } = container;
  return {
    name: "main",
    image,
    ...(command === undefined ? {} : { command: [...command] }),
    ...(args === undefined ? {} : { args: [...args] }),
    env: Object.entries(env).map(([variable, value]) =>
      typeof value === "string"
        ? { name: variable, value }
        : { name: variable, valueFrom: { secretKeyRef: { name: referredName(name, value), key: value.key } } },
    ),
    resources: {
      requests: { cpu: String(cpu.request), memory: `${memoryMiB.request}Mi` },
      limits: {
        memory: `${memoryMiB.limit ?? memoryMiB.request}Mi`,
        ...(cpu.limit === undefined ? {} : { cpu: String(cpu.limit) }),
        ...(gpus === 0 ? {} : { "nvidia.com/gpu": String(gpus) }),
      },
    },
    ...(probes === undefined
      ? {}
      : {
          ...(probes.startup === undefined ? {} : { startupProbe: probe(probes.startup) }),
          readinessProbe: probe(probes.readiness),
          livenessProbe: probe(probes.liveness),
        }),
    ...(lifecycle?.drainSeconds === undefined
      ? {}
      : { lifecycle: { preStop: { sleep: { seconds: lifecycle.drainSeconds } } } }),
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
  };
}

const probe = (declared: Probe): kubernetes.types.input.core.v1.Probe => {
  const { periodSeconds, failureThreshold, timeoutSeconds } = declared;
  const timing = { periodSeconds, failureThreshold, ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) };
  if ("command" in declared) return { exec: { command: [...declared.command] }, ...timing };
  if ("tcpPort" in declared) return { tcpSocket: { port: declared.tcpPort }, ...timing };
  return { httpGet: { path: declared.path, port: declared.port }, ...timing };
};

const spread = (name: string) => ({
  maxSkew: 1,
  topologyKey: "kubernetes.io/hostname",
  whenUnsatisfiable: "ScheduleAnyway",
  labelSelector: { matchLabels: selectorOf(name) },
});
