import { expect, test } from "vitest";
import { addBurstPool, trialFacts, type TrialFacts } from "../../testdata/trial.ts";
import { autoscaler } from "./autoscaler.ts";

const entry = (region: string) => ({
  kind: "cluster-autoscaler",
  team: "platform",
  pool: "operations",
  dataClass: "internal" as const,
  account: "123456789012",
  region,
});

const found = (spoil: (facts: TrialFacts) => void): readonly string[] => {
  const facts = trialFacts((own) => {
    addBurstPool(own);
    own.cluster.issuer = "https://identity.example.com";
    own.workloads["autoscaler"] = entry("eu-north-1");
    spoil(own);
  });
  return [...autoscaler(facts)].map(({ path, got, expected }) => `${path.join(".")}: ${got}; expected ${expected}`);
};

test("an autoscaler of the burst pools' region, with an issuer that AWS can ask, is fine", () => {
  expect(found(() => undefined)).toEqual([]);
});

test("tokens that AWS can not check are reported", () => {
  expect(found(({ cluster }) => delete cluster.issuer)).toEqual([
    "workloads.autoscaler: an autoscaler, and no cluster.issuer; expected the address at which AWS finds the keys of " +
      "the cluster's tokens",
  ]);
});

test("another region than the burst pools' is reported, and so is a second autoscaler", () => {
  expect(found(({ workloads }) => void (workloads["second"] = entry("eu-west-1")))).toEqual([
    "workloads.second: a second autoscaler beside autoscaler; expected one of them: both would own the same groups",
    'workloads.second.region: "eu-west-1"; expected eu-north-1, where the burst pools are',
  ]);
});
