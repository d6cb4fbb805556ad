import type { Complaint } from "../../problems.ts";
import { count } from "../../words.ts";
import type { EnvironmentLock } from "../lock.ts";
import type { Pool } from "../pools.ts";
import { check } from "./check.ts";
import { describeResources, firstFit, nodeTable, type Pod, type Resources, summary } from "./first-fit.ts";
import { planned, podsOf } from "./planned.ts";
import { RESERVED_MIB } from "./reservations.ts";

/** Every pod finds a node of its pool that has the memory, the cores and the GPUs for it. */
export const capacity = check(
  ["environment", "workloads", "models", "pools", "lock"],
  function* (facts): Iterable<Complaint> {
    const { workloads } = planned(facts);
    for (const [name, pool] of Object.entries(facts.pools)) {
      const machines = machinesOf(name, pool, facts.lock);
      if (machines === undefined) continue;
      const offered = { ...machines.each, memoryMiB: machines.each.memoryMiB - reservedMiB(pool) };
      const pods = workloads
        .filter(({ entry }) => entry.pool === name)
        .flatMap((workload) =>
          podsOf(workload).map(({ name: pod, container: { memoryMiB, cpu, gpus = 0 } }): Pod => {
            return { name: pod, workload: workload.name, memoryMiB: memoryMiB.request, cpu: cpu.request, gpus };
          }),
        );
      const { nodes, homeless } = firstFit(pods, machines.count, offered);
      const [largest] = homeless;
      if (largest === undefined) continue;
      yield {
        path: ["workloads", largest.workload],
        atKey: true,
        got: [
          `no room on pool ${name} for ${summary(homeless)}; the largest asks for ${describeResources(largest)}`,
          nodeTable(nodes, machines.each.memoryMiB),
        ].join("\n"),
        expected: `pods that fit on ${count(machines.count, "node")} of ${describeResources(offered)}`,
        fix: "ask for less, choose a larger type, or add a node to the pool",
      };
    }
  },
);

interface Machines {
  readonly each: Resources;
  readonly count: number;
}

/** Size and number of a pool's nodes; undefined if the lock does not say, which another check reports. */
function machinesOf(name: string, pool: Pool, lock: EnvironmentLock): Machines | undefined {
  if (pool.kind === "onprem") {
    const { memoryGiB, vcpu, gpu } = pool.hardware;
    return {
      each: { memoryMiB: memoryGiB * 1024, cpu: vcpu, gpus: gpu?.count ?? 0 },
      count: Object.keys(pool.nodes).length,
    };
  }
  const locked = lock.pools[name];
  if (pool.kind === "hetzner" && locked?.kind === "hetzner") {
    return { each: { memoryMiB: locked.memoryGiB * 1024, cpu: locked.vcpu, gpus: 0 }, count: pool.nodes.length };
  }
  const smallest =
    locked?.kind === "aws"
      ? locked.instanceTypes.toSorted((left, right) => left.memoryGiB - right.memoryGiB)[0]
      : undefined;
  if (pool.kind !== "aws" || smallest === undefined) return undefined;
  return {
    each: { memoryMiB: smallest.memoryGiB * 1024, cpu: smallest.vcpu, gpus: smallest.gpus },
    count: pool.maximum,
  };
}

function reservedMiB(pool: Pool): number {
  const part = pool.kind === "hetzner" ? pool.cluster : "agent";
  const cluster = { server: RESERVED_MIB.clusterServer, agent: RESERVED_MIB.clusterAgent, none: 0 }[part];
  const vault = pool.kind === "hetzner" && pool.vault ? RESERVED_MIB.vault : 0;
  return RESERVED_MIB.system + RESERVED_MIB.mesh + cluster + vault;
}
