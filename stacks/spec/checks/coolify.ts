import type { Complaint } from "../../problems.ts";
import { count } from "../../words.ts";
import { machineOf } from "../machines.ts";
import { ofKind } from "../of-kind.ts";
import { check } from "./check.ts";

/** What Coolify asks for at least (https://coolify.io/docs/get-started/installation, "Minimum hardware requirements"). */
const LEAST = { cpu: 2, memoryMiB: 2048, diskGiB: 30 };

/** Coolify has its node to itself: its proxy owns ports 80 and 443, and what it deploys is not in the plan. */
export const coolifyPools = check(["pools", "workloads"], function* ({ pools, workloads }): Iterable<Complaint> {
  for (const [name, pool] of Object.entries(ofKind(pools, "hetzner"))) {
    if (!pool.coolify) continue;
    const path = ["pools", name, "coolify"];
    const alone = "a pool of role operations with `cluster: none`, without Vault and without workloads";
    if (pool.cluster !== "none" || pool.vault || pool.role !== "operations") {
      yield {
        path,
        got: `Coolify beside ${pool.cluster !== "none" ? "k3s" : pool.vault ? "Vault" : "inference"}`,
        expected: alone,
      };
    }
    for (const [workload, entry] of Object.entries(workloads)) {
      if (entry.pool !== name) continue;
      yield {
        path: ["workloads", workload, "pool"],
        got: `${name}, where Coolify owns ports 80 and 443 and the memory`,
        expected: "a pool without `coolify`",
      };
    }
  }
});

/** The lock knows Coolify's installer, and the machine is large enough. */
export const coolifyRelease = check(
  ["pools", "lock", "environment"],
  function* ({ pools, lock, environment }): Iterable<Complaint> {
    for (const [name, pool] of Object.entries(ofKind(pools, "hetzner"))) {
      if (!pool.coolify) continue;
      const machine = machineOf(name, pool, lock);
      if (lock.binaries["coolify"] === undefined) {
        yield {
          inLock: true,
          path: ["binaries", "coolify"],
          got: "nothing",
          expected: "the release of coolify and the checksum of its installer",
          fix: `run \`npm run resolve -- ${environment.name}\``,
        };
      }
      if (machine === undefined) continue;
      const { cpu, memoryMiB, diskGiB } = machine;
      if (cpu >= LEAST.cpu && memoryMiB >= LEAST.memoryMiB && diskGiB >= LEAST.diskGiB) continue;
      yield {
        path: ["pools", name, "serverTypes"],
        got: `a machine of ${count(cpu, "core")}, ${memoryMiB} MiB and a disk of ${diskGiB} GiB for Coolify`,
        expected: `at least ${LEAST.cpu} cores, ${LEAST.memoryMiB} MiB and ${LEAST.diskGiB} GiB`,
      };
    }
  },
);
