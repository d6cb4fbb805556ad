import type { Complaint } from "../../problems.ts";
import { holds } from "../values.ts";
import { check } from "./check.ts";
import { modelsOf } from "./names.ts";

/** A workload that serves models stays off the nodes of operations. */
export const workloadNodes = check(["workloads", "pools"], function* ({ workloads, pools }): Iterable<Complaint> {
  for (const [name, entry] of Object.entries(workloads)) {
    const pool = pools[entry.pool];
    if (pool?.kind !== "hetzner") continue;
    const path = ["workloads", name, "pool"];
    if (pool.role === "operations" && modelsOf(entry).length > 0) {
      yield {
        path,
        got: `${entry.pool}, a pool of role operations`,
        expected: "a pool of role inference: models starve what runs beside them",
      };
    }
  }
});

/** A workload's data may be held where it runs. */
export const workloadData = check(["workloads", "pools"], function* ({ workloads, pools }): Iterable<Complaint> {
  for (const [name, { dataClass, pool: poolName }] of Object.entries(workloads)) {
    const pool = pools[poolName];
    if (pool === undefined || holds(pool.dataClass, dataClass)) continue;
    yield {
      path: ["workloads", name, "dataClass"],
      got: `${dataClass} data on pool ${poolName}, which may hold ${pool.dataClass} data at most`,
      expected: `${pool.dataClass} data or less, or a pool that may hold ${dataClass} data`,
    };
  }
});

/** A prompt reaches a model through the workload that serves it, and stays in the memory of the pool beneath. */
export const modelData = check(
  ["workloads", "pools", "models"],
  function* ({ workloads, pools, models }): Iterable<Complaint> {
    for (const [name, entry] of Object.entries(workloads)) {
      const pool = pools[entry.pool];
      for (const key of modelsOf(entry)) {
        const model = models[key];
        if (model === undefined) continue;
        const path = ["models", key, "dataClass"];
        if (pool !== undefined && !holds(pool.dataClass, model.dataClass)) {
          yield {
            path,
            got:
              `${model.dataClass} prompts on pool ${entry.pool} (workload ${name}), ` +
              `which may hold ${pool.dataClass} data at most`,
            expected: `${pool.dataClass} prompts or less, or a pool that may hold ${model.dataClass} data`,
          };
        } else if (!holds(entry.dataClass, model.dataClass)) {
          yield {
            path,
            got: `${model.dataClass} prompts in workload ${name}, which handles ${entry.dataClass} data at most`,
            expected: `${entry.dataClass} prompts or less, or \`dataClass: ${model.dataClass}\` on the workload`,
          };
        }
      }
    }
  },
);
