import type { Complaint } from "../../problems.ts";
import { check } from "./check.ts";
import { planned, podsOf } from "./planned.ts";

const MIB_PER_GIB = 1024;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const rounded = (value: number): string => String(Math.ceil(value * 100) / 100);

/** A team's quota has room for the workloads of the team. */
export const teamQuota = check(["environment", "workloads", "models", "teams"], function* (facts): Iterable<Complaint> {
  const { workloads } = planned(facts);
  for (const [name, { quota }] of Object.entries(facts.teams)) {
    const own = workloads.filter(({ entry }) => entry.team === name);
    const pods = own.flatMap(podsOf);
    const asked: Record<keyof typeof quota, number> = {
      cpu: sum(pods.map(({ container: { cpu } }) => cpu.request)),
      // The quota counts limits as well as requests, and limits are never lower.
      memoryGiB: sum(pods.map(({ container: { memoryMiB } }) => memoryMiB.limit ?? memoryMiB.request)) / MIB_PER_GIB,
      storageGiB: sum(
        own.flatMap(({ workload }) =>
          Object.values(workload.volumes ?? {}).map(({ sizeGiB }) => sizeGiB * workload.replicas),
        ),
      ),
      gpus: sum(pods.map(({ container: { gpus } }) => gpus ?? 0)),
      pods: pods.length,
    };
    for (const [resource, limit] of Object.entries(quota)) {
      const demand = asked[resource as keyof typeof quota];
      if (demand <= limit) continue;
      yield {
        path: ["teams", name, "quota", resource],
        got: `${limit}, while the team's workloads ask for ${rounded(demand)}`,
        expected: `at least ${rounded(demand)}`,
      };
    }
  }
});
