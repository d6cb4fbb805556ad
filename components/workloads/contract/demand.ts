import type { Container } from "./container.ts";
import { credential, type SecretReference } from "./ports.ts";
import type { Scaling, Workload } from "./workload.ts";

/** What one pod asks its node for. */
export interface PodDemand {
  /** Cores. */
  readonly cpu: number;
  readonly memoryMiB: number;
  /** The most that it may take. */
  readonly memoryLimitMiB: number;
  readonly gpus: number;
  /** MIG instances by profile; left out where it asks for none. */
  readonly slices?: Readonly<Record<string, number>>;
}

/** What one container asks for; shared memory is memory. */
function demandOfContainer({ cpu, memoryMiB, gpus = 0, gpuSlice, sharedMemoryMiB = 0 }: Container): PodDemand {
  return {
    cpu: cpu.request,
    memoryMiB: memoryMiB.request + sharedMemoryMiB,
    memoryLimitMiB: (memoryMiB.limit ?? memoryMiB.request) + sharedMemoryMiB,
    gpus: gpuSlice === undefined ? gpus : 0,
    ...(gpuSlice === undefined ? {} : { slices: { [gpuSlice]: gpus } }),
  };
}

/** What a pod asks for: its containers together, or the largest of those that run before them if that is more. */
export function demandOfPod({ container, sidecars = {}, prepare = {} }: PodContainers): PodDemand {
  const beside = [container, ...Object.values(sidecars)].map(demandOfContainer);
  return Object.values(prepare).map(demandOfContainer).reduce(largest, beside.reduce(sum));
}

/** Containers of one pod. */
export type PodContainers = Pick<Workload, "container" | "sidecars" | "prepare">;

const combine =
  (both: (one: number, other: number) => number) =>
  (one: PodDemand, other: PodDemand): PodDemand => ({
    cpu: both(one.cpu, other.cpu),
    memoryMiB: both(one.memoryMiB, other.memoryMiB),
    memoryLimitMiB: both(one.memoryLimitMiB, other.memoryLimitMiB),
    gpus: both(one.gpus, other.gpus),
    ...(one.slices === undefined && other.slices === undefined
      ? {}
      : { slices: combineSlices(both, one.slices ?? {}, other.slices ?? {}) }),
  });
const combineSlices = (
  both: (one: number, other: number) => number,
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.keys({ ...one, ...other }).map((name) => [name, both(one[name] ?? 0, other[name] ?? 0)]));
const sum = combine((one, other) => one + other);
const largest = combine(Math.max);

/** Every container that a workload states. */
export function containersOf(workload: Workload): readonly Container[] {
  const { container, sidecars = {}, prepare = {}, jobs = {}, erasure, volumes = {} } = workload;
  return [
    container,
    ...[sidecars, prepare, jobs].flatMap((containers) => Object.values(containers)),
    ...Object.values(volumes).flatMap(({ backup }) => [backup?.save ?? [], backup?.restore ?? []].flat()),
    ...(erasure !== undefined && "job" in erasure ? [erasure.job] : []),
  ];
}

/** Every key of a secret that a workload's pods, or what scales them, are given. */
export function secretsUsedBy(workload: Workload): readonly SecretReference[] {
  const { secretFiles = {}, replicas } = workload;
  const inEnvironment = containersOf(workload).flatMap(({ env = {} }) => Object.values(env));
  const scaler = typeof replicas === "object" ? queuePassword(replicas) : undefined;
  return [
    ...inEnvironment.filter((value) => typeof value !== "string"),
    ...Object.values(secretFiles),
    ...(scaler === undefined ? [] : [scaler]),
  ];
}

/** Whether a workload's pods hold a token for the API server. */
export const asksApiServer = ({ clusterAccess = [], namespaceAccess = [] }: Workload): boolean =>
  clusterAccess.length + namespaceAccess.length > 0;

/** What the length of a queue is asked for with; undefined where anybody may. */
export const queuePassword = ({ by }: Scaling): SecretReference | undefined =>
  by.kind === "queue" && by.server.credentials !== undefined ? credential(by.server, "password") : undefined;
