import { demandOfPod, LAYERS, type Layer, replicasOf } from "../components/workloads/contract.ts";
import { planWorkloads } from "../components/workloads/plan.ts";
import { registry } from "../components/workloads/registry.ts";
import type { ResolvedEnvironment } from "./environment-file.ts";

export { LAYERS, type Layer };

/** What of an application a kind of workload is; what serves to run the others is `deployment`. */
export const layerOf = (kind: string): Layer =>
  registry.find((definition) => definition.kind === kind)?.layer ?? "deployment";

/** What a workload asks its pool for at the least, all replicas together. */
export interface StandingMemory {
  readonly workload: string;
  readonly team: string;
  readonly memoryMiB: number;
}

/** The workload of a pool that runs to its end, such as a fine-tuning; undefined where there is none. */
export const batchWorkloadOn = (pool: string, { spec, lock }: ResolvedEnvironment): string | undefined =>
  planWorkloads(spec, lock.images).find(({ entry, workload }) => entry.pool === pool && workload.form === "batch")
    ?.name;

/** Memory that the workloads of one pool ask for, as their definitions state it. */
export const memoryOn = (pool: string, { spec, lock }: ResolvedEnvironment): readonly StandingMemory[] =>
  planWorkloads(spec, lock.images)
    .filter(({ entry }) => entry.pool === pool)
    .map(({ name, entry, workload }) => ({
      workload: name,
      team: entry.team,
      memoryMiB: replicasOf(workload).minimum * demandOfPod(workload).memoryMiB,
    }));
