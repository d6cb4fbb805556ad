import { expect, test } from "vitest";
import { describeProgress, sparsely, type ToolProgress } from "./progress.ts";

const step = (way: ToolProgress["way"], message: string, fraction?: number): ToolProgress => ({
  tool: "pulumi",
  way,
  message,
  ...(fraction === undefined ? {} : { fraction }),
});

test("progress reads as tool, way, message and whole per cent", () => {
  expect(describeProgress(step("build", "12 of 90 packages", 0.139))).toBe("pulumi (build): 12 of 90 packages 13 %");
  expect(describeProgress(step("download", "asking"))).toBe("pulumi (download): asking");
});

test("a log gets each way's first word, its end, and one line an interval in between", () => {
  const seen: string[] = [];
  let clock = 0;
  const report = sparsely(
    ({ message }) => seen.push(message),
    1000,
    () => clock,
  );
  report(step("download", "asked"));
  report(step("download", "1 MiB", 0.1));
  report(step("build", "started"));
  clock = 999;
  report(step("build", "1 of 9", 0.1));
  clock = 1000;
  report(step("build", "2 of 9", 0.2));
  report(step("build", "3 of 9", 0.3));
  report(step("build", "9 of 9", 1));
  expect(seen).toEqual(["asked", "started", "2 of 9", "9 of 9"]);
});
