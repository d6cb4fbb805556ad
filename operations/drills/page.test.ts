import { expect, test } from "vitest";
import { toPage } from "./page.ts";
import { reportOf } from "./testdata/reports.ts";

const page = toPage(reportOf());

test("says the verdict of the whole and of each drill", () => {
  expect(page).toContain("<title>Drills of factory: failed</title>");
  expect(page).toContain('node-loss, pool inference: <span class="passed">passed, recovered in 11:10 min</span>');
  expect(page).toContain('drift: <span class="failed">failed</span>');
  expect(page).toContain('node-loss, pool operations: <span class="not-here">can not be had here</span>');
});

test("draws a timeline of each drill that was run, every entry where it stands in time", () => {
  expect(page.match(/<ol class="timeline">/g)).toHaveLength(2);
  const dots = [...page.matchAll(/<li class="(\w+)">\s*<span class="track"><i style="left: ([\d.]+%)">/g)];
  expect(dots.slice(0, 3).map(([, kind, left]) => `${kind} ${left}`)).toEqual([
    "inject 0.0%",
    "seen 2.2%",
    "held 100.0%",
  ]);
  expect(page).toContain("11:10 held: every workload is whole");
});

test("takes what the cluster says for text", () => {
  expect(page).toContain("it names &lt;nothing&gt;");
  expect(page).not.toContain("<nothing>");
});

test("needs nothing from elsewhere", () => {
  expect(page).not.toMatch(/<script|src=|https?:/);
});
