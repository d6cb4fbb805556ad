import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadDrills } from "./extensions.ts";
import { BUILT_IN } from "./registry.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "splitfleet-drills-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const drillNamed = (name: string): string =>
  `export const drill = { name: ${JSON.stringify(name)}, summary: "The cache is emptied", cases: () => [] };`;
const load = () => loadDrills(folder, BUILT_IN);

test("every file of the folder is a drill, in the order of their names", async () => {
  writeFileSync(path.join(folder, "empty-cache.ts"), drillNamed("empty-cache"));
  writeFileSync(path.join(folder, "a-first.ts"), drillNamed("a-first"));
  writeFileSync(path.join(folder, "empty-cache.test.ts"), "throw new Error('a test is no drill')");
  writeFileSync(path.join(folder, "README.md"), "");
  expect((await load()).map(({ name }) => name)).toEqual(["a-first", "empty-cache"]);
});

test("no folder means no drill", async () => {
  expect(await loadDrills(path.join(folder, "absent"), BUILT_IN)).toEqual([]);
});

test.each<[string, string, string]>([
  ["has no drill", "export const cache = 1;", "extensions/drills/mine.ts exports no drill; expected one"],
  [
    "has two",
    `${drillNamed("one")}\n${drillNamed("two").replace("drill =", "other =")}`,
    "extensions/drills/mine.ts exports 2 drills; expected one",
  ],
  ["has the name of a built-in one", drillNamed("drift"), "is named drift, as another drill is. Choose another name."],
  [
    "has a name that is no word",
    drillNamed("My Drill"),
    'is named "My Drill"; expected lower-case words with hyphens.',
  ],
  [
    "does not load",
    "export const drill = nowhere;",
    "extensions/drills/mine.ts can not be loaded: nowhere is not defined",
  ],
])("a file that %s is named", async (_what, text, complaint) => {
  writeFileSync(path.join(folder, "mine.ts"), text);
  await expect(load()).rejects.toThrow(complaint);
});
