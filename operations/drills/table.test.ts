import { expect, test } from "vitest";
import { toTable } from "./table.ts";
import { absent, passed, reportOf } from "./testdata/reports.ts";

test("each drill has a line, and below it why it failed or can not be had, and what it has cost", () => {
  expect(toTable(reportOf(), { colour: false })).toBe(`factory: 1 of 2 drills failed, 1 can not be had here (91.3 s)

  ✔ node-loss, pool inference   recovered in 11:10 min
      team-a/proxy: 1 of 2 served at least, fewer than 2 for 7:05 min
  ✖ drift                       failed
      the preview names both and nothing else: not within 0:00 min; it names <nothing>
  - node-loss, pool operations  not here
      its nodes are the only k3s servers: with them goes the cluster, not a node of it

Times are simulated: a second here stands for a minute, but for drift, where nothing is hurried.
`);
});

test("the first line says what came of it", () => {
  const first = (parts: Parameters<typeof reportOf>[0]): string | undefined =>
    toTable(reportOf({ durationMs: 0, ...parts }), { colour: false }).split("\n")[0];
  expect(first({ verdict: "passed", drills: [passed, absent] })).toBe(
    "factory: 1 drill passed, 1 can not be had here (0.0 s)",
  );
  const problem = "the environment does not come up: no matches for kind";
  expect(first({ verdict: "undecided", problem, drills: [] })).toBe(`factory: ${problem} (0.0 s)`);
});

test("no line is wider than 100 columns", () => {
  const long = { ...passed, subject: "pool ".repeat(20), notes: ["word ".repeat(60)] };
  const lines = toTable(reportOf({ drills: [long] }), { colour: false }).split("\n");
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
});
