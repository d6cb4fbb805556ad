import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { down } from "../../operations/down.ts";
import { up } from "../../operations/up.ts";
import type { Session } from "../../sandbox/session/session.ts";
import { stackOutputs } from "../../sandbox/session/state.ts";
import { stopWhenHung } from "./hung-run.ts";
import { Project, servers, stateObjects, worldObjects } from "./project.ts";

// One stack through its life; each test starts from what the one before has left.
let project: Project;
let session: Session;
beforeAll(async () => {
  project = new Project();
  project.write({ location: "fsn1", nodes: ["1", "2", "3"] });
  project.git("init", "--quiet");
  project.git("add", "--all");
  project.git("commit", "--quiet", "--message", "fixture");
  session = await project.open();
});
afterAll(async () => {
  await session.close();
  project.remove();
});

/** As a verb does: a new copy of the environment file for every run. */
async function reopen(): Promise<void> {
  await session.close();
  session = await project.open();
}

const idOf = (server: string): string | undefined =>
  worldObjects(project.marker)
    .find((object) => object.includes(`::${server} `))
    ?.split(" ")
    .at(-1);

it("brings every resource up, once each", async () => {
  const result = await up(session);
  expect(result.diagnostics).toEqual([]);
  expect(result.exitCode).toBe(0);
  expect(result.changes).toEqual({ create: 9, update: 0, replace: 0, delete: 0, same: 0 });
  expect(result.recovery).toBeUndefined();
  expect(servers(project.marker)).toEqual(["pool-1", "pool-2", "pool-3"]);
  expect(worldObjects(project.marker)).toEqual(stateObjects(session));
});

it("leaves the working tree as it was", () => {
  expect(project.git("status", "--porcelain")).toBe("");
});

it("shows no secret output, and reaches the program with no variable of a real cloud", () => {
  const { addresses, ...rest } = stackOutputs(session.state());
  expect(addresses).toHaveLength(3);
  expect(rest).toEqual({ joinKey: "[secret]", seen: [] });
});

it("keeps no secret in plain text outside the world, which is the cloud itself", async () => {
  const { stdout } = await session.command(["stack", "output", "joinKey", "--show-secrets"]);
  const get = ["config", "get", "splitfleet:hcloudToken", "--stack", session.environment];
  const { stdout: token } = await session.command(get);
  const secrets = [stdout.trim(), token.trim(), readFileSync(session.layout.passphraseFile, "utf8")];
  expect(secrets.map((secret) => secret.length > 16)).toEqual([true, true, true]);
  expect(token).toMatch(/^canary-/);
  const kept = filesBelow(project.marker).filter(
    (file) => !file.startsWith(session.layout.world) && file !== session.layout.passphraseFile,
  );
  expect(kept.length).toBeGreaterThan(10);
  const leaks = kept.filter((file) => secrets.some((secret) => readFileSync(file).includes(secret)));
  expect(leaks).toEqual([]);
  expect(statSync(session.layout.passphraseFile).mode & 0o777).toBe(0o600);
});

it("changes nothing when run again, with a fresh session and the same secrets", async () => {
  await reopen();
  const result = await up(session);
  expect(result.changes).toEqual({ create: 0, update: 0, replace: 0, delete: 0, same: 9 });
});

it("adds and removes the nodes that the file does, and touches no other", async () => {
  const kept = idOf("pool-3");
  project.write({ location: "fsn1", nodes: ["2", "3", "4"] });
  await reopen();
  const result = await up(session);
  expect(result.changes).toEqual({ create: 1, update: 0, replace: 0, delete: 1, same: 8 });
  expect(servers(project.marker)).toEqual(["pool-2", "pool-3", "pool-4"]);
  expect(idOf("pool-3")).toBe(kept);
});

it("replaces servers that move, each by one new one", async () => {
  const old = idOf("pool-2");
  project.write({ location: "nbg1", nodes: ["2", "3", "4"] });
  await reopen();
  const result = await up(session);
  expect(result.changes).toEqual({ create: 0, update: 0, replace: 3, delete: 0, same: 6 });
  expect(servers(project.marker)).toEqual(["pool-2", "pool-3", "pool-4"]);
  expect(idOf("pool-2")).not.toBe(old);
});

it("repairs a stack whose last run was stopped after the cloud had acted and before it answered", async () => {
  project.write({ location: "nbg1", nodes: ["2", "3", "4", "5"] });
  await session.close();
  await stopWhenHung(project, { at: 1, phase: "after" });
  expect(servers(project.marker)).toEqual(["pool-2", "pool-3", "pool-4", "pool-5"]);
  session = await project.open();
  expect(session.state().pending_operations ?? []).toEqual([]);
  const result = await up(session);
  expect(result.recovery?.removed.map(({ urn }) => urn.split("::").at(-1))).toEqual(["pool-5"]);
  expect(result.exitCode).toBe(0);
  expect(worldObjects(project.marker)).toEqual(stateObjects(session));
});

it("takes everything away again", async () => {
  const result = await down(session);
  expect(result.exitCode).toBe(0);
  expect(result.changes.delete).toBe(10);
  expect(worldObjects(project.marker)).toEqual([]);
  expect(project.git("status", "--porcelain", "--", ":!stacks")).toBe("");
});

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
