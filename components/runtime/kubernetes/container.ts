import type * as kubernetes from "@pulumi/kubernetes";
import { GPU_RESOURCE, sliceResource } from "../../compute/gpu-profile.ts";
import { type Container, demandOfPod, type Probe, referredName } from "../../workloads/contract.ts";

type ContainerArgs = kubernetes.types.input.core.v1.Container;

export interface ContainerOptions {
  /** Of the workload. */
  readonly workload: string;
  /** Of the container within its pod. */
  readonly name: string;
  /** User that the pod's containers have unless they say otherwise. */
  readonly podUser: number;
  readonly mounts: kubernetes.types.input.core.v1.VolumeMount[];
}

/** A container under the restricted security profile: no privilege, no capability, no writable image. */
export function containerArgs(
  container: Container,
  { workload, name, podUser, mounts }: ContainerOptions,
): ContainerArgs {
  const { image, command, args, env = {}, cpu, probes, lifecycle, user, capability } = container;
  const { memoryMiB, memoryLimitMiB, gpus, slices = {} } = demandOfPod({ container });
  return {
    name,
    image,
    ...(command === undefined ? {} : { command: [...command] }),
    ...(args === undefined ? {} : { args: [...args] }),
    env: Object.entries(env).map(([variable, value]) =>
      typeof value === "string"
        ? { name: variable, value }
        : { name: variable, valueFrom: { secretKeyRef: { name: referredName(workload, value), key: value.key } } },
    ),
    resources: {
      requests: { cpu: String(cpu.request), memory: `${memoryMiB}Mi` },
      limits: {
        memory: `${memoryLimitMiB}Mi`,
        ...(cpu.limit === undefined ? {} : { cpu: String(cpu.limit) }),
        ...(gpus === 0 ? {} : { [GPU_RESOURCE]: String(gpus) }),
        ...Object.fromEntries(
          Object.entries(slices).map(([profile, asked]) => [sliceResource(profile), String(asked)]),
        ),
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
    securityContext: {
      ...(user === podUser ? {} : { runAsUser: user, runAsGroup: user }),
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"], ...(capability === undefined ? {} : { add: [capability] }) },
    },
    volumeMounts: mounts,
  };
}

const probe = (declared: Probe): kubernetes.types.input.core.v1.Probe => {
  const { periodSeconds, failureThreshold, timeoutSeconds } = declared;
  const timing = { periodSeconds, failureThreshold, ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) };
  if ("command" in declared) return { exec: { command: [...declared.command] }, ...timing };
  if ("tcpPort" in declared) return { tcpSocket: { port: declared.tcpPort }, ...timing };
  return { httpGet: { path: declared.path, port: declared.port }, ...timing };
};
