import { expect, test } from "vitest";
import { hetznerPool, type TrialFacts, trialFacts } from "../../testdata/trial.ts";
import type { Facts } from "./check.ts";
import { neededSections } from "./sections.ts";

const complaints = (facts: Partial<Facts>): string[][] =>
  [...neededSections(facts)].map(({ path, got, expected }) => [path.join("."), String(got), String(expected)]);

/** The trial without its sections `cluster` and `secrets`. */
const without = (spoil?: (facts: TrialFacts) => void): Partial<Facts> => {
  const { cluster: _cluster, secrets: _secrets, ...facts } = trialFacts(spoil);
  return { ...facts, absent: ["cluster", "secrets"] };
};

test("an environment with all of its sections", () => {
  expect(complaints(trialFacts())).toEqual([]);
});

test("a pool in k3s needs the sections cluster and secrets", () => {
  expect(complaints(without())).toEqual([
    ["pools.operations", "a pool in k3s, and no section `cluster`", "the release of k3s under splitfleet:cluster"],
    [
      "pools.operations",
      "a pool that carries Vault, and no section `secrets`",
      "Vault's address and release under splitfleet:secrets",
    ],
  ]);
});

const outside = (facts: TrialFacts): void => {
  delete facts.pools["workshop"];
  for (const name of ["operations", "inference"]) {
    Object.assign(hetznerPool(facts, name), { cluster: "none", vault: false });
  }
};

test("pools outside the cluster need neither, and a cluster that nobody is in is none", () => {
  expect(complaints(without(outside))).toEqual([]);
  expect(complaints(trialFacts(outside))).toEqual([
    ["cluster", "a cluster that no pool is in", "no section `cluster`, or a pool in k3s"],
  ]);
});
