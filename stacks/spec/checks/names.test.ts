import { expect, test } from "vitest";
import { trialFacts } from "../../testdata/trial.ts";
import { poolTeams, servedModels, usagePools, workloadModels, workloadPools, workloadTeams } from "./names.ts";
import { poolSites } from "./pool-sites.ts";

test("names that stand for nothing are reported with the nearest that stands for something", () => {
  const facts = trialFacts((spoilt) => {
    Object.assign(spoilt.pools["workshop"] ?? {}, { site: "workshp", team: "plattform" });
    Object.assign(spoilt.workloads["ollama"] ?? {}, { team: "asistants", pool: "inferrence", models: ["smal"] });
    spoilt.usage.pools["bursts"] = { nodeHoursPerMonth: 1 };
  });
  const found = [poolSites, poolTeams, workloadTeams, workloadPools, workloadModels, usagePools].flatMap((check) => [
    ...check(facts),
  ]);
  expect(found.map(({ path, nearest }) => [path.join("."), nearest])).toEqual([
    ["pools.workshop.site", "workshop"],
    ["pools.workshop.team", "platform"],
    ["workloads.ollama.team", "assistants"],
    ["workloads.ollama.pool", "inference"],
    ["workloads.ollama.models.0", "small"],
    ["usage.pools.bursts", undefined],
  ]);
});

test("a pool's site is of the pool's kind", () => {
  const facts = trialFacts((spoilt) => void Object.assign(spoilt.pools["workshop"] ?? {}, { site: "nuremberg" }));
  expect([...poolSites(facts)]).toEqual([
    {
      path: ["pools", "workshop", "site"],
      got: '"nuremberg", a site of kind hetzner',
      expected: "the name of a site of kind onprem: workshop",
      nearest: undefined,
    },
  ]);
});

test("a model that no workload serves is reported, one that two serve is not", () => {
  const facts = trialFacts((spoilt) => {
    const { small, ollama } = { small: spoilt.models["small"], ollama: spoilt.workloads["ollama"] };
    if (small !== undefined) spoilt.models["spare"] = small;
    if (ollama !== undefined) spoilt.workloads["second"] = ollama;
  });
  expect([...servedModels(facts)].map(({ path }) => path)).toEqual([["models", "spare"]]);
});
