import { expect, test } from "vitest";
import type { RehearsalReport } from "./report.ts";
import { FITS, WRONG } from "./testdata/reports.ts";
import { adviceText, troublesOf, verdictText } from "./words.ts";

const kinds = (report: RehearsalReport): string[] => troublesOf(report).map(({ kind, what }) => `${kind} ${what}`);

test("what went wrong stands worst first", () => {
  expect(kinds(WRONG)).toEqual([
    "refused Deployment litellm",
    "failed inference-2",
    "no node ollama-0",
    "not tried Job litellm-seed",
  ]);
  expect(kinds({ ...WRONG, problems: [{ urn: "", message: "the program failed" }] })).toContain("failed the program");
});

test("an object that can not be used is told of where no pod explains it", () => {
  const objects = FITS.objects.map((object) => ({ ...object, reason: "it leads to no pod" }));
  const report: RehearsalReport = { ...FITS, verdict: "does-not-fit", objects };
  expect(kinds(report)).toEqual(["not ready Service ollama"]);
  expect(verdictText(report)).toBe("1 object can not be used");
  expect(kinds({ ...report, pods: WRONG.pods })).toEqual(["no node ollama-0"]);
  expect(verdictText({ ...report, pods: WRONG.pods })).toBe("does not fit: 1 pod of 1 can not start");
});

test("advice has its euros where a price is known, and says so where nothing helps", () => {
  const [advice] = WRONG.advice;
  if (advice === undefined) throw new Error("the report has no advice");
  expect(adviceText(advice)).toBe("cpx42 instead of cpx32: +68.00 EUR a month expected, +68.00 worst");
  const unpriced = { ...advice, change: "20 GiB of memory", expectedEurosPerMonth: null, worstEurosPerMonth: null };
  expect(adviceText(unpriced)).toBe("20 GiB of memory");
  expect(adviceText({ ...unpriced, change: "" })).toBe("no change of size or number was found that helps");
});
