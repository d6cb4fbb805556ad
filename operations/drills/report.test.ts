import { expect, test } from "vitest";
import { drillReport, EXIT_CODES, verdictOf } from "./report.ts";
import { absent, failed, passed, reportOf } from "./testdata/reports.ts";

test.each([
  ["all have passed", [passed], false, "passed"],
  ["one has failed", [passed, failed], false, "failed"],
  ["some can not be had, and the others have passed", [passed, absent], true, "passed"],
  ["none can be had", [absent], false, "undecided"],
  ["one that was named can not be had at all", [passed, { ...absent, drill: "gpu-loss" }], true, "undecided"],
  ["one of --all can not be had at all", [passed, { ...absent, drill: "gpu-loss" }], false, "passed"],
])("where %s", (_what, drills, named, verdict) => {
  expect(verdictOf({ problem: "", drills }, named)).toBe(verdict);
});

test("an environment that does not come up has passed nothing", () => {
  expect(verdictOf({ problem: "the environment does not come up", drills: [absent] }, false)).toBe("undecided");
});

test("exit codes are those of every verb", () => {
  expect(EXIT_CODES).toEqual({ passed: 0, failed: 1, undecided: 2 });
});

test("a report is what its schema says", () => {
  expect(drillReport.parse(reportOf())).toEqual(reportOf());
});
