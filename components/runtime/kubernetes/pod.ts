import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Taint } from "../../compute/node-config/k3s.ts";
import type { Allocation } from "../../labels.ts";
import { asksApiServer, type Container, replicasOf } from "../../workloads/contract.ts";
import type { PlannedWorkload } from "../../workloads/plan.ts";
import type { ConfigFiles } from "./config-files.ts";
import { containerArgs } from "./container.ts";
import { mountsIn, type PodFiles } from "./mounts.ts";
import { selectorOf } from "./selectors.ts";

type PodTemplate = kubernetes.types.input.core.v1.PodTemplateSpec;
type PodSpec = kubernetes.types.input.core.v1.PodSpec;

/** What the pods of a workload, and those that run beside them, have in common. */
export interface PodArgs {
  readonly planned: Pick<PlannedWorkload, "name" | "workload">;
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

/** A pod that runs beside those of a workload. */
export interface RunPod {
  readonly container: Container;
  /** Claims that it mounts, by the volume's name. */
  readonly claims: PodFiles["claims"];
  /** The workload's pod on whose node it must be. */
  readonly besidePod?: string;
}

/** Pods under the restricted security profile; only agents of a node may be root, and only by their definition. */
export function podTemplate(args: PodArgs): PodTemplate & { spec: PodSpec } {
  const { workload, name } = args.planned;
  const { container, sidecars = {}, prepare = {}, volumes = {}, hostPaths = [], socketPaths = [], identity } = workload;
  const containers = [container, ...Object.values(sidecars), ...Object.values(prepare)];
  const files = { volumes, claims: {}, hostPaths, socketPaths, identity };
  const onGpus = workload.seesGpus === true || containers.some(({ gpus = 0 }) => gpus > 0);
  const spreads = replicasOf(workload).maximum > 1;
  return templateOf(args, {
    named: { main: container, ...sidecars },
    prepare,
    files,
    asksApiServer: asksApiServer(workload),
    everyPool: workload.form === "daemon" && workload.everyPool === true,
    more: {
      ...(onGpus ? { runtimeClassName: GPU_RUNTIME } : {}),
      ...(spreads ? { topologySpreadConstraints: [spread(name)] } : {}),
    },
  });
}

/** The same for a pod that runs beside them. */
export function runTemplate(args: PodArgs, { container, claims, besidePod }: RunPod): PodTemplate & { spec: PodSpec } {
  const volumes = Object.entries(args.planned.workload.volumes ?? {}).filter(([name]) => claims[name] !== undefined);
  return templateOf(args, {
    named: { main: container },
    prepare: {},
    files: { volumes: Object.fromEntries(volumes), claims, hostPaths: [], socketPaths: [], identity: undefined },
    asksApiServer: false,
    everyPool: false,
    more: besidePod === undefined ? {} : { affinity: { podAffinity: { ...onNodeOf(besidePod) } } },
  });
}

/** Runtime class that k3s makes where it finds NVIDIA's container runtime. */
const GPU_RUNTIME = "nvidia";

interface Parts {
  /** The first one is the workload's own. */
  readonly named: Readonly<Record<string, Container>> & { readonly main: Container };
  readonly prepare: Readonly<Record<string, Container>>;
  readonly files: Pick<PodFiles, "volumes" | "claims" | "hostPaths" | "socketPaths" | "identity">;
  readonly asksApiServer: boolean;
  readonly everyPool: boolean;
  readonly more: Partial<PodSpec>;
}

function templateOf(
  { planned: { name, workload }, labels, allocation, taints, priorityClass, files, account }: PodArgs,
  { named, prepare, files: own, asksApiServer, everyPool, more }: Parts,
): PodTemplate & { spec: PodSpec } {
  const { user, lifecycle } = named.main;
  const all = [...Object.values(named), ...Object.values(prepare)];
  const podFiles = { ...own, name, config: files, secretFiles: workload.secretFiles ?? {} };
  const { volumes, mountsOf } = mountsIn(all, podFiles);
  const argsOf = (containers: Readonly<Record<string, Container>>) =>
    Object.entries(containers).map(([key, container]) =>
      containerArgs(container, { workload: name, name: key, podUser: user, mounts: mountsOf(container) }),
    );
  return {
    metadata: {
      labels,
      ...(files === undefined ? {} : { annotations: { "splitfleet/config-checksum": files.checksum } }),
    },
    spec: {
      serviceAccountName: account,
      automountServiceAccountToken: asksApiServer,
      priorityClassName: priorityClass,
      ...placement(everyPool, allocation, taints),
      securityContext: {
        runAsNonRoot: all.every((container) => container.user !== 0),
        runAsUser: user,
        runAsGroup: user,
        fsGroup: user,
        seccompProfile: { type: "RuntimeDefault" },
      },
      ...(lifecycle === undefined ? {} : { terminationGracePeriodSeconds: lifecycle.graceSeconds }),
      ...more,
      ...(Object.keys(prepare).length === 0 ? {} : { initContainers: argsOf(prepare) }),
      containers: argsOf(named),
      volumes,
    },
  };
}

interface Placement {
  readonly nodeSelector: Record<string, string>;
  readonly tolerations?: kubernetes.types.input.core.v1.Toleration[];
}

/** Nodes of the pool and their taints, or every node of the cluster. */
export function placement(everyPool: boolean, { pool }: Pick<Allocation, "pool">, taints: readonly Taint[]): Placement {
  if (everyPool) return { nodeSelector: {}, tolerations: [{ operator: "Exists" }] };
  return {
    nodeSelector: pool === undefined ? {} : { "splitfleet/pool": pool },
    ...(taints.length === 0
      ? {}
      : { tolerations: taints.map(({ key, value, effect }) => ({ key, operator: "Equal", value, effect })) }),
  };
}

const spread = (name: string) => ({
  maxSkew: 1,
  topologyKey: "kubernetes.io/hostname",
  whenUnsatisfiable: "ScheduleAnyway",
  labelSelector: { matchLabels: selectorOf(name) },
});

const onNodeOf = (pod: string): kubernetes.types.input.core.v1.PodAffinity => ({
  requiredDuringSchedulingIgnoredDuringExecution: [
    {
      topologyKey: "kubernetes.io/hostname",
      labelSelector: { matchLabels: { "statefulset.kubernetes.io/pod-name": pod } },
    },
  ],
});
