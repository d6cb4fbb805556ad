import { expect, test } from "vitest";
import type { ObjectReport, PodReport } from "./report.ts";
import { EXIT_CODES, type Verdict, verdictOf } from "./verdict.ts";

type Evidence = Parameters<typeof verdictOf>[0];

const object: ObjectReport = {
  urn: "u",
  kind: "Service",
  namespace: "t",
  name: "o",
  state: "accepted",
  reason: "",
  definition: null,
};
const pod: PodReport = {
  namespace: "t",
  name: "p",
  workload: "w",
  pool: "inference",
  node: "n",
  phase: "Running",
  reason: "",
};
const unplaced: PodReport = { ...pod, node: null, phase: "Pending", reason: "Insufficient memory" };
const good: Evidence = {
  objects: [object],
  problems: [],
  pods: [pod],
  flows: { declared: 1, policies: 1, differences: [] },
  complete: true,
};
const difference: NonNullable<Evidence["flows"]>["differences"][number] = {
  kind: "open",
  from: ["a"],
  to: ["b"],
  ports: "80/TCP",
  reason: "r",
};
const flows = { declared: 1, policies: 1, differences: [difference] };
const refused: ObjectReport = { ...object, state: "refused", reason: "is invalid" };

const CASES: readonly (readonly [Verdict, Partial<Evidence>])[] = [
  ["fits", {}],
  ["flows-differ", { flows }],
  ["does-not-fit", { pods: [unplaced], flows }],
  ["refused", { objects: [refused], pods: [unplaced], complete: false }],
  ["refused", { problems: [{ urn: "urn", message: "out of stock" }] }],
  ["undecided", { problems: [{ urn: "", message: "the program failed" }], complete: false }],
  ["undecided", { complete: false, pods: [unplaced] }],
  ["undecided", { flows: null }],
  ["undecided", { objects: [{ ...object, state: "not-tried", reason: "it comes after x" }] }],
  ["does-not-fit", { objects: [{ ...object, reason: "it leads to no pod" }] }],
];

test.each(CASES)("%s where %j is found", (verdict, found) => {
  expect(verdictOf({ ...good, ...found })).toBe(verdict);
});

test("only what fits ends with 0, and what could not be decided with 2", () => {
  expect(EXIT_CODES).toEqual({ fits: 0, "flows-differ": 1, "does-not-fit": 1, refused: 1, undecided: 2 });
});
