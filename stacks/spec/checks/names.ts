import { registry } from "../../../components/workloads/registry.ts";
import type { Complaint } from "../../problems.ts";
import { check, unknownName } from "./check.ts";

/** Who pays for a pool is a team. */
export const poolTeams = check(["pools", "teams"], function* ({ pools, teams }) {
  for (const [name, pool] of Object.entries(pools)) {
    if (teams[pool.team] === undefined)
      yield unknownName(["pools", name, "team"], pool.team, "team", Object.keys(teams));
  }
});

/** Who pays for a workload is a team. */
export const workloadTeams = check(["workloads", "teams"], function* ({ workloads, teams }) {
  for (const [name, { team }] of Object.entries(workloads)) {
    if (teams[team] === undefined) yield unknownName(["workloads", name, "team"], team, "team", Object.keys(teams));
  }
});

/** A workload runs on a pool that there is. */
export const workloadPools = check(["workloads", "pools"], function* ({ workloads, pools }) {
  for (const [name, { pool }] of Object.entries(workloads)) {
    if (pools[pool] === undefined) yield unknownName(["workloads", name, "pool"], pool, "pool", Object.keys(pools));
  }
});

/** A workload serves models of the catalogue. */
export const workloadModels = check(["workloads", "models"], function* ({ workloads, models }) {
  for (const [name, entry] of Object.entries(workloads)) {
    for (const [index, model] of modelsOf(entry).entries()) {
      if (models[model] === undefined)
        yield unknownName(["workloads", name, "models", index], model, "model", Object.keys(models));
    }
  }
});

/** A model that nothing serves can be asked for and never answers. */
export const servedModels = check(["workloads", "models"], function* ({ workloads, models }): Iterable<Complaint> {
  const served = new Set(Object.values(workloads).flatMap((entry) => modelsOf(entry)));
  for (const [name, { engine }] of Object.entries(models)) {
    if (engine === "api" || engine === "endpoint" || served.has(name)) continue;
    yield {
      path: ["models", name],
      atKey: true,
      got: "a model that no workload serves",
      expected: "a workload with it among its `models`",
      fix: `add ${name} to the \`models\` of a workload, or remove the model`,
    };
  }
});

/** Expected hours are stated for pools that there are. */
export const usagePools = check(["usage", "pools"], function* ({ usage, pools }) {
  for (const name of Object.keys(usage.pools)) {
    if (pools[name] === undefined) {
      yield { ...unknownName(["usage", "pools", name], name, "pool", Object.keys(pools)), atKey: true };
    }
  }
});

/** Models that an entry serves, in the order in which it lists them. */
export const modelsOf = (entry: { readonly kind: string }): readonly string[] =>
  registry.find(({ kind }) => kind === entry.kind)?.serves(entry) ?? [];
