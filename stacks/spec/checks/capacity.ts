import type { PlannedWorkload } from "../../../components/workloads/plan.ts";
import type { Complaint } from "../../problems.ts";
import { count } from "../../words.ts";
import { type Machine, machineOf, reservedMiB } from "../machines.ts";
import { inCluster, type Pool, sizeOf, workingSizeOf } from "../pools.ts";
import { check, type Facts } from "./check.ts";
import { describeResources, firstFit, nodeTable, type Pod, type Resources, summary } from "./first-fit.ts";
import { planned, podsOf, WORKLOAD_FACTS } from "./planned.ts";

const NEEDED = [...WORKLOAD_FACTS, "lock"] as const;

/** What a pool's workloads ask for, and what the pool has for them. */
export interface PoolDemand {
  /** Every replica, and every job once. */
  readonly pods: readonly Pod[];
  /** Pods that every node carries one of. */
  readonly daemons: readonly Pod[];
  /** Nodes, at most. */
  readonly size: number;
  readonly machine: Machine;
  /** Of each node, what is left for pods. */
  readonly offered: Resources;
}

const podsOnOneNode = (workload: PlannedWorkload): Pod[] =>
  podsOf(workload, 1).map((pod) => ({ ...pod, workload: workload.name }));

/** A daemon of this pool, or one that every node of the cluster carries. */
const isDaemonOn =
  (name: string, pool: Pool) =>
  ({ entry, workload }: PlannedWorkload): boolean =>
    workload.form === "daemon" && (entry.pool === name || (workload.everyPool === true && inCluster(pool)));

/** Undefined for a pool whose machines the lock does not know. */
export function demandOf(
  facts: Pick<Facts, (typeof NEEDED)[number]>,
  name: string,
  pool: Pool,
): PoolDemand | undefined {
  const machine = machineOf(name, pool, facts.lock);
  if (machine === undefined) return undefined;
  const { workloads } = planned(facts);
  const daemons = workloads.filter(isDaemonOn(name, pool)).flatMap(podsOnOneNode);
  const pods = workloads
    .filter(({ entry, workload }) => entry.pool === name && workload.form !== "daemon")
    .flatMap(podsOnOneNode);
  return { pods, daemons, size: sizeOf(pool), machine, offered: offeredBy(machine, pool) };
}

/** What a machine has for pods as a node of the pool. */
export const offeredBy = ({ memoryMiB, cpu, gpus, slices = {} }: Machine, pool: Pool): Resources => ({
  memoryMiB: memoryMiB - reservedMiB(pool),
  cpu,
  gpus,
  slices,
});

/** Pods that have no room on the nodes of a pool that work today, though they may on those that it declares. */
export function podsWithoutRoom(
  facts: Pick<Facts, (typeof NEEDED)[number]>,
  name: string,
  pool: Pool,
): readonly string[] {
  const working = workingSizeOf(pool);
  if (working === sizeOf(pool)) return [];
  const demand = demandOf(facts, name, pool);
  if (demand === undefined) return [];
  return firstFit(demand.pods, working, demand.offered, demand.daemons).homeless.map((pod) => pod.name);
}

/** Every pod finds a node of its pool that has the memory, the cores and the GPUs for it. */
export const capacity = check(NEEDED, function* (facts): Iterable<Complaint> {
  for (const [name, pool] of Object.entries(facts.pools)) {
    const demand = demandOf(facts, name, pool);
    if (demand === undefined) continue;
    const { pods, daemons, size, machine, offered } = demand;
    const { nodes, homeless } = firstFit(pods, size, offered, daemons);
    const [largest] = homeless;
    if (largest === undefined) continue;
    yield {
      path: ["workloads", largest.workload],
      atKey: true,
      got: [
        `no room on pool ${name} for ${summary(homeless)}; the largest asks for ${describeResources(largest)}`,
        nodeTable(nodes, machine.memoryMiB),
      ].join("\n"),
      expected: `pods that fit on ${count(size, "node")} of ${describeResources(offered)}`,
      fix: `ask for less (worked out in ${fileOf(facts, largest)}), choose a larger type, or add a node to the pool`,
    };
  }
});

const fileOf = (facts: Pick<Facts, (typeof NEEDED)[number]>, { workload }: Pod): string =>
  planned(facts).workloads.find(({ name }) => name === workload)?.definition.file ?? workload;
