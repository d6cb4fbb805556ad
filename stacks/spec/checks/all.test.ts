import { expect, test } from "vitest";
import { addBurstPool, trialFacts } from "../../testdata/trial.ts";
import { checkEnvironment } from "./all.ts";

test("a sound environment has no complaints, with and without a burst pool", () => {
  expect(checkEnvironment(trialFacts())).toEqual([]);
  expect(checkEnvironment(trialFacts((facts) => addBurstPool(facts)))).toEqual([]);
});

test("checks say nothing about sections that could not be read", () => {
  const {
    pools: _pools,
    lock: _lock,
    ...rest
  } = trialFacts((facts) => {
    facts.privacy.residency = ["FR"];
    facts.cluster.version = "v1.20.0+k3s1";
  });
  expect(checkEnvironment(rest).map(({ path }) => path)).toEqual([["cluster", "version"]]);
});

test("what is left to another judge is not complained about, and everything else is", () => {
  const facts = () =>
    trialFacts((spoilt) => {
      Object.assign(spoilt.models["small"] ?? {}, { weightsGiB: 20 });
      Object.assign(spoilt.teams["assistants"]?.quota ?? {}, { pods: 2 });
      spoilt.cluster.version = "v1.20.0+k3s1";
    });
  const pathsOf = (...leave: Parameters<typeof checkEnvironment>[1][]) =>
    new Set(checkEnvironment(facts(), ...leave).map(({ path }) => path.join(".")));
  expect(pathsOf()).toEqual(
    new Set(["cluster.version", "teams.assistants.quota.memoryGiB", "teams.assistants.quota.pods", "workloads.ollama"]),
  );
  expect(pathsOf(["capacity"])).toEqual(new Set(["cluster.version"]));
});
