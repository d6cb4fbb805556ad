import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { layoutOf } from "./layout.ts";
import { dropCutAttributes, readLocks, readState, stackOutputs } from "./state.ts";

it("hides secret outputs at any depth", () => {
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x:y" };
  const stack = {
    urn: "urn:pulumi:sandbox::splitfleet::pulumi:pulumi:Stack::splitfleet-sandbox",
    custom: false,
    type: "pulumi:pulumi:Stack",
    outputs: { plain: "a", key: secret, list: [secret, 1], nested: { inner: secret } },
  };
  expect(stackOutputs({ resources: [stack] })).toEqual({
    plain: "a",
    key: "[secret]",
    list: ["[secret]", 1],
    nested: { inner: "[secret]" },
  });
});

it("has an empty state and no lock before the first run", () => {
  const layout = layoutOf("/nowhere", "sandbox");
  expect(readState(layout)).toEqual({});
  expect(readLocks(layout)).toEqual([]);
});

it("takes a lock's owner for dead if no engine has its process id, and for alive on another machine", () => {
  const root = mkdtempSync(join(tmpdir(), "splitfleet-locks-"));
  const layout = layoutOf(root, "sandbox");
  mkdirSync(layout.locks, { recursive: true });
  const lock = { username: "somebody", timestamp: "2026-11-21T08:00:00Z" };
  // This test's own process runs, but is no engine: the id was used again.
  writeFileSync(join(layout.locks, "a.json"), JSON.stringify({ ...lock, pid: process.pid, hostname: hostname() }));
  writeFileSync(join(layout.locks, "a.json.attrs"), "{}");
  writeFileSync(join(layout.locks, "b.json"), JSON.stringify({ ...lock, pid: 1, hostname: "elsewhere" }));
  expect(readLocks(layout).map(({ pid, ownerLives }) => ({ pid, ownerLives }))).toEqual([
    { pid: process.pid, ownerLives: process.platform !== "linux" },
    { pid: 1, ownerLives: true },
  ]);
  rmSync(root, { recursive: true });
});

it("drops attributes that a killed engine has cut off, and keeps whole ones", () => {
  const root = mkdtempSync(join(tmpdir(), "splitfleet-attributes-"));
  const layout = layoutOf(root, "sandbox");
  const stacks = join(layout.checkpointFile, "..");
  mkdirSync(stacks, { recursive: true });
  const files = {
    "a.json": "{}",
    "a.json.attrs": "",
    "b.json": "",
    "b.json.attrs": '{"user.md5":"eA=="}',
    "c.attrs": '{"u',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(stacks, name), text);
  dropCutAttributes(layout);
  expect(readdirSync(stacks).toSorted()).toEqual(["a.json", "b.json", "b.json.attrs"]);
  rmSync(root, { recursive: true });
});
