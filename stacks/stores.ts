import type { Runtime, Volume, Workload } from "../components/workloads/contract.ts";
import { planWorkloads } from "../components/workloads/plan.ts";
import type { ResolvedEnvironment } from "./environment-file.ts";

/** A workload that keeps data, and how what it has about one person is removed. */
export interface Store {
  readonly workload: string;
  readonly kind: string;
  readonly dataClass: string;
  readonly pool: string;
  readonly runtime: Runtime;
  /** Whether it keeps a volume; what it holds stands elsewhere otherwise. */
  readonly keepsVolume: boolean;
  /**
   * By a run on demand; not at all, for the reason that its definition gives; or `unstated`, where the definition says
   * nothing although it keeps a volume.
   */
  readonly way:
    | { readonly kind: "run"; readonly run: string }
    | { readonly kind: "impossible"; readonly reason: string }
    | { readonly kind: "unstated" };
  /** Longest age of what its volumes hold, in days; undefined where none is stated. */
  readonly retentionDays: number | undefined;
  /** Longest time that copies of its volumes are kept, in days; undefined where none are made. */
  readonly copyDays: number | undefined;
}

/** Every workload that states how it erases, or that keeps a volume; in the order of the file. */
export const storesOf = ({ spec, lock }: ResolvedEnvironment): readonly Store[] =>
  planWorkloads(spec, lock.images).flatMap(({ name, entry, runtime, workload, store }) => {
    const volumes = Object.values(workload.volumes ?? {});
    const kept = volumes.filter(({ keep }) => keep);
    if (workload.erasure === undefined && kept.length === 0) return [];
    const { kind, dataClass, pool } = entry;
    return [
      {
        workload: name,
        kind,
        dataClass,
        pool,
        runtime,
        keepsVolume: kept.length > 0,
        way: wayOf(name, workload),
        retentionDays: longest(volumes, ({ retentionDays }) => retentionDays),
        copyDays: longest(kept, ({ backup, archiveDays }) =>
          store === undefined ? archiveDays : Math.max(backup?.keepDays ?? 0, archiveDays ?? 0) || undefined,
        ),
      },
    ];
  });

/**
 * Days after which nothing about a person is left, from the day of the erasure on. Undefined if that never comes by
 * itself.
 */
export function horizonDays({ way, retentionDays, copyDays = 0 }: Store): number | undefined {
  if (way.kind === "run") return copyDays;
  return retentionDays === undefined ? undefined : retentionDays + copyDays;
}

function wayOf(name: string, { erasure }: Workload): Store["way"] {
  if (erasure === undefined) return { kind: "unstated" };
  return "impossible" in erasure
    ? { kind: "impossible", reason: erasure.impossible }
    : { kind: "run", run: `${name}-erase` };
}

function longest(volumes: readonly Volume[], of: (volume: Volume) => number | undefined): number | undefined {
  const days = volumes.flatMap((volume) => of(volume) ?? []);
  return days.length === 0 ? undefined : Math.max(...days);
}
