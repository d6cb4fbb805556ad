import { expect, test } from "vitest";
import { formatPath, SpecError } from "./problems.ts";

test("paths are written as in a program", () => {
  expect(formatPath([])).toBe("");
  expect(formatPath(["pools", "burst", "zones", 0])).toBe("pools.burst.zones[0]");
  expect(formatPath(["config", "splitfleet:pools", "a b"])).toBe('config.splitfleet:pools["a b"]');
});

test("a report has each problem once, by file and then by position", () => {
  const problem = { file: "b.yaml", line: 9, column: 2, path: "late", got: "1", expected: "2" };
  const error = new SpecError([
    problem,
    { ...problem, line: 3, path: "early", nearest: "earlier", fix: "write it so" },
    problem,
    { file: "a.lock.yaml", path: "", got: "no such file", expected: "the lock" },
  ]);
  expect(error.problems.map(({ path }) => path)).toEqual(["early", "late", ""]);
  expect(error.message).toBe(
    [
      "b.yaml: 2 problems",
      "",
      "  early at 3:2",
      "    got           1",
      "    expected      2",
      "    did you mean  earlier",
      "    fix           write it so",
      "",
      "  late at 9:2",
      "    got           1",
      "    expected      2",
      "",
      "a.lock.yaml: 1 problem",
      "",
      "    got           no such file",
      "    expected      the lock",
    ].join("\n"),
  );
});

test("long text is wrapped at a hundred columns, and a table below it keeps its shape", () => {
  const got = `${"word ".repeat(30).trim()}\n${"column  ".repeat(12)}`;
  const lines = new SpecError([{ file: "a.yaml", path: "x", got, expected: "y" }]).message.split("\n");
  const text = lines.filter((line) => line.includes("word"));
  expect(text.map((line) => line.length <= 100)).toEqual([true, true]);
  expect(lines).toContain(`${" ".repeat(18)}${"column  ".repeat(12)}`);
});
