import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MINIMUM_NODE, oldNodeMessage, runsTypeScript } from "./node-version.mjs";

test.each([
  ["18.20.8", false],
  ["20.20.2", false],
  ["22.17.1", false],
  ["22.18.0", true],
  ["23.5.0", false],
  ["23.6.0", true],
  ["24.0.0", true],
  ["26.1.0", true],
])("Node %s runs TypeScript: %s", (version, expected) => {
  expect(runsTypeScript(version)).toBe(expected);
});

test("the lowest Node equals the one that package.json declares", () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  expect(manifest).toHaveProperty("engines.node", `>=${MINIMUM_NODE}`);
});

test("an old Node is told which version is needed and both ways out", () => {
  expect(oldNodeMessage("20.20.2", "/usr/bin/node")).toBe(
    "Splitfleet needs Node 22.18 or newer, and Pulumi started Node 20.20.2 (/usr/bin/node).\n" +
      "Either install Node 24 and put it first on PATH, or run `npm run shell` in the project's folder:\n" +
      "it opens a shell in which `pulumi` finds the right Node, and everything else a rehearsal needs.",
  );
});
