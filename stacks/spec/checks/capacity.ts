import type { Complaint } from "../../problems.ts";
import { count } from "../../words.ts";
import { machineOf, reservedMiB } from "../machines.ts";
import type { Pool } from "../pools.ts";
import { check } from "./check.ts";
import { describeResources, firstFit, nodeTable, type Pod, summary } from "./first-fit.ts";
import { planned, podsOf } from "./planned.ts";

/** Every pod finds a node of its pool that has the memory, the cores and the GPUs for it. */
export const capacity = check(
  ["environment", "workloads", "models", "pools", "lock"],
  function* (facts): Iterable<Complaint> {
    const { workloads } = planned(facts);
    for (const [name, pool] of Object.entries(facts.pools)) {
      const machine = machineOf(name, pool, facts.lock);
      if (machine === undefined) continue;
      const size = sizeOf(pool);
      const offered = { ...machine, memoryMiB: machine.memoryMiB - reservedMiB(pool) };
      const pods = workloads
        .filter(({ entry }) => entry.pool === name)
        .flatMap((workload) =>
          podsOf(workload).map(({ name: pod, container: { memoryMiB, cpu, gpus = 0 } }): Pod => {
            return { name: pod, workload: workload.name, memoryMiB: memoryMiB.request, cpu: cpu.request, gpus };
          }),
        );
      const { nodes, homeless } = firstFit(pods, size, offered);
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
        fix: "ask for less, choose a larger type, or add a node to the pool",
      };
    }
  },
);

/** Nodes of a pool, at most. */
function sizeOf(pool: Pool): number {
  switch (pool.kind) {
    case "hetzner":
      return pool.nodes.length;
    case "onprem":
      return Object.keys(pool.nodes).length;
    case "aws":
      return pool.maximum;
  }
}
