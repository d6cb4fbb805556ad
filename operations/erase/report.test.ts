import { expect, test } from "vitest";
import type { Store } from "../../stacks/stores.ts";
import { describeErasure, isComplete, reportOn } from "./report.ts";

const store = (more: Partial<Store> = {}): Store => ({
  workload: "database",
  kind: "postgres",
  dataClass: "personal",
  pool: "operations",
  runtime: "kubernetes",
  keepsVolume: true,
  way: { kind: "run", run: "database-erase" },
  retentionDays: 365,
  copyDays: 14,
  ...more,
});
const TODAY = "2026-11-21";
const of = (...stores: ReturnType<typeof reportOn>[]) => ({
  environment: "production",
  dryRun: false,
  subjectHash: "ab",
  stores,
});

test("what is erased is gone with its last copy", () => {
  expect(reportOn(store(), "done", "", TODAY).forgottenOn).toBe("2026-12-05");
  expect(reportOn(store({ copyDays: undefined }), "done", "", TODAY).forgottenOn).toBe(TODAY);
});

test("what is not erased goes by age, and then its last copy, or never", () => {
  expect(reportOn(store(), "failed", "no space", TODAY).forgottenOn).toBe("2027-12-05");
  expect(reportOn(store({ retentionDays: undefined }), "impossible", "", TODAY).forgottenOn).toBeNull();
});

test("an erasure is complete if nothing failed, is impossible, or says nothing about personal data", () => {
  const done = reportOn(store(), "done", "", TODAY);
  expect(isComplete(of(done))).toBe(true);
  expect(isComplete(of(done, reportOn(store({ dataClass: "internal" }), "unstated", "", TODAY)))).toBe(true);
  for (const outcome of ["failed", "impossible", "unstated", "elsewhere"] as const) {
    expect(isComplete(of(done, reportOn(store(), outcome, "", TODAY)))).toBe(false);
  }
});

test("a report for people has a line for each store", () => {
  expect(describeErasure(of(reportOn(store(), "done", "", TODAY)))).toBe(
    "production: 1 store\ndatabase                 done        gone on 2026-12-05\n",
  );
});
