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
