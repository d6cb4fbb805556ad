import type { Runtime } from "../components/workloads/contract.ts";
import { replicasOf } from "../components/workloads/contract.ts";
import { planWorkloads } from "../components/workloads/plan.ts";
import type { ResolvedEnvironment } from "./environment-file.ts";

/** What always runs in a pool, and what it keeps on the disks of the nodes there. */
export interface PlacedWorkload {
  readonly name: string;
  /** Kubernetes namespace of its pods. */
  readonly namespace: string;
  readonly pool: string;
  readonly runtime: Runtime;
  /** Pods that there are at least. More than one have a disruption budget, which lets one be away. */
  readonly replicas: number;
  readonly volumes: readonly PlacedVolume[];
}

export interface PlacedVolume {
  readonly name: string;
  /** Hours between two backups; undefined where none is made. */
  readonly backupHours: number | undefined;
}

/** Every workload that has pods of its own all the time; volumes are those whose content can not be fetched again. */
export const placedWorkloads = ({ spec, lock }: ResolvedEnvironment): readonly PlacedWorkload[] =>
  planWorkloads(spec, lock.images).flatMap(({ name, namespace, entry, runtime, workload }) => {
    if (workload.replicas === undefined) return [];
    const kept = Object.entries(workload.volumes ?? {}).filter(([, { keep }]) => keep);
    return [
      {
        name,
        namespace,
        pool: entry.pool,
        runtime,
        replicas: replicasOf(workload).minimum,
        volumes: kept.map(([volume, { backup }]) => ({ name: volume, backupHours: backup?.everyHours })),
      },
    ];
  });
