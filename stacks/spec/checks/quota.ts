import { shareOf } from "../../../components/cluster/queues.ts";
import { replicasOf } from "../../../components/workloads/contract.ts";
import { namespaceOf } from "../../../components/workloads/neighbour.ts";
import type { PlannedWorkload } from "../../../components/workloads/plan.ts";
import type { Complaint } from "../../problems.ts";
import { roomOf } from "../queues.ts";
import { inCluster, type Pool, sizeOf } from "../pools.ts";
import { check, type Facts } from "./check.ts";
import { planned, type PlannedPod, podsOf, WORKLOAD_FACTS } from "./planned.ts";

const MIB_PER_GIB = 1024;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const NEEDED = [...WORKLOAD_FACTS, "teams"] as const;

/** One resource of a team's quota that the team's workloads ask more of. */
export interface QuotaShortage {
  readonly team: string;
  readonly namespace: string;
  readonly resource: string;
  readonly asked: number;
  readonly limit: number;
}

/** Nodes that carry a pod of a workload, if one on each is what it wants. */
function nodesOf({ entry, workload }: PlannedWorkload, pools: Readonly<Record<string, Pool>>): number {
  if (workload.form === "daemon" && workload.everyPool === true) return sum(Object.values(pools).map(clusterSizeOf));
  const pool = pools[entry.pool];
  return pool === undefined ? 1 : sizeOf(pool);
}

const clusterSizeOf = (pool: Pool): number => (inCluster(pool) ? sizeOf(pool) : 0);

/** Where a quota has less than the workloads of its team ask for. */
export function* quotaShortages(facts: Pick<Facts, (typeof NEEDED)[number]>): Iterable<QuotaShortage> {
  const { workloads } = planned(facts);
  for (const [name, { quota }] of Object.entries(facts.teams)) {
    // Agents of nodes live in a namespace without a quota.
    const own = workloads.filter(({ entry, namespace }) => entry.team === name && namespace === namespaceOf(name));
    const pods = own.flatMap((workload) => podsOf(workload, nodesOf(workload, facts.pools)));
    const asked: Record<keyof typeof quota, number> = {
      cpu: sum(pods.map(({ cpu }) => cpu)),
      // The quota counts limits as well as requests, and limits are never lower.
      memoryGiB: sum(pods.map(({ memoryLimitMiB }) => memoryLimitMiB)) / MIB_PER_GIB,
      storageGiB: sum(
        own.flatMap(({ workload }) =>
          Object.values(workload.volumes ?? {}).map(({ sizeGiB }) => sizeGiB * replicasOf(workload).maximum),
        ),
      ),
      gpus: Math.max(sum(pods.map(({ gpus }) => gpus)), ...slicesOf(pods).values()),
      pods: pods.length,
    };
    for (const [resource, limit] of Object.entries(quota)) {
      const demand = asked[resource as keyof typeof quota];
      if (demand > limit)
        yield { team: name, namespace: namespaceOf(name), resource, asked: Math.ceil(demand * 100) / 100, limit };
    }
  }
}

/** How many MIG instances of each profile pods ask for; the quota limits each as it limits whole GPUs. */
function slicesOf(pods: readonly PlannedPod[]): ReadonlyMap<string, number> {
  const asked = new Map<string, number>();
  for (const [profile, number] of pods.flatMap(({ slices = {} }) => Object.entries(slices))) {
    asked.set(profile, (asked.get(profile) ?? 0) + number);
  }
  return asked;
}

/** A team's quota has room for the workloads of the team. */
export const teamQuota = check([...NEEDED, "lock"], function* (facts): Iterable<Complaint> {
  for (const { team, resource, asked, limit } of quotaShortages(facts)) {
    yield {
      path: ["teams", team, "quota", resource],
      got: `${limit}, while the team's workloads ask for ${asked}`,
      expected: `at least ${asked}`,
    };
  }
  yield* reservedBesides(facts);
});

/** What queues hold for a team's jobs comes on top of what its workloads use. */
function* reservedBesides(facts: Pick<Facts, (typeof NEEDED)[number] | "lock">): Iterable<Complaint> {
  const { workloads } = planned(facts);
  for (const [team, { quota, shares }] of Object.entries(facts.teams)) {
    const reserved = sum(
      Object.entries(shares).map(([name, share]) => {
        const pool = facts.pools[name];
        const room = pool === undefined ? undefined : roomOf(name, pool, facts.lock);
        return room === undefined ? 0 : shareOf(room, share).gpus;
      }),
    );
    const pods = workloads
      .filter(({ entry }) => entry.team === team && shares[entry.pool] === undefined)
      .flatMap((workload) => podsOf(workload, nodesOf(workload, facts.pools)));
    const used = sum(pods.map(({ gpus }) => gpus));
    if (used === 0 || reserved === 0 || reserved > quota.gpus || used + reserved <= quota.gpus) continue;
    yield {
      path: ["teams", team, "quota", "gpus"],
      got: `${quota.gpus}, while the team's workloads ask for ${used} and its shares reserve ${reserved} more`,
      expected: `at least ${used + reserved}`,
    };
  }
}
