import { expect, test } from "vitest";
import { hetznerPool, trialFacts } from "../../testdata/trial.ts";
import { vaultPool } from "./vault-pool.ts";

const complaints = (operations: boolean, inference: boolean) => [
  ...vaultPool(
    trialFacts((facts) => {
      hetznerPool(facts, "operations").vault = operations;
      hetznerPool(facts, "inference").vault = inference;
    }),
  ),
];

test("exactly one pool carries Vault", () => {
  expect(complaints(true, false)).toEqual([]);
  expect(complaints(false, false).map(({ path, got }) => [path, got])).toEqual([
    [["pools"], "no pool that carries Vault"],
  ]);
});

test("each of two carriers is named, and the one of role inference twice", () => {
  expect(complaints(true, true).map(({ path, got }) => [path, got])).toEqual([
    [["pools", "operations", "vault"], "Vault on operations and inference"],
    [["pools", "inference", "vault"], "Vault on operations and inference"],
    [["pools", "inference", "vault"], "Vault on a pool of role inference"],
  ]);
});
