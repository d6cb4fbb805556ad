import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { operationReport, type OperationReport } from "../../operations/report.ts";
import { exportedStack } from "../../sandbox/session/state.ts";
import { readWorld } from "../../sandbox/twin/world/reader.ts";
import { descendants, survivors, until } from "./processes.ts";
import { Trial } from "./trial.ts";

// The whole sandbox through the verbs that people type; each step starts from what the one before has left.
let trial: Trial;
beforeAll(() => {
  trial = new Trial("whole");
});
afterAll(() => trial[Symbol.dispose]());

const THREE_NODES = { "nodes: [1, 2]": "nodes: [1, 2, 3]" };
const MOVED = { "location: fsn1": "location: nbg1" };

async function up(): Promise<OperationReport> {
  const { exitCode, stdout, stderr } = await trial.run("up", "--file", trial.file, "--rehearse", "--json");
  expect(exitCode, stderr).toBe(0);
  return operationReport.parse(JSON.parse(stdout));
}

/** `urn id` of everything that the state says exists, and of everything that does. */
async function stateAndWorld(): Promise<{ readonly state: string[]; readonly world: string[] }> {
  const { stdout } = await trial.run(
    "shell",
    "--file",
    trial.file,
    "--",
    "pulumi",
    "stack",
    "export",
    "--stack",
    trial.name,
  );
  const { resources = [] } = exportedStack.parse(JSON.parse(stdout)).deployment;
  return {
    state: resources
      .filter(({ custom, type }) => custom && !type.startsWith("pulumi:"))
      .map(({ urn, id }) => `${urn} ${id ?? ""}`)
      .toSorted(),
    world: readWorld(trial.marker)
      .map(({ urn, id }) => `${urn} ${id}`)
      .toSorted(),
  };
}

const idsOf = (kind: string): Record<string, string> =>
  Object.fromEntries(
    readWorld(trial.marker)
      .filter(({ type }) => type.endsWith(`:${kind}`))
      .map(({ urn, id }) => [urn.split("::").at(-1) ?? "", id]),
  );

it("adds a node to a pool and leaves the other servers alone", async () => {
  const { changes: first } = await up();
  const before = idsOf("Server");
  trial.write(THREE_NODES);
  const { changes } = await up();
  expect(changes).toEqual({ create: 6, update: 0, replace: 0, delete: 0, same: first.create });
  expect(idsOf("Server")).toMatchObject(before);
  expect(Object.keys(idsOf("Server"))).toHaveLength(4);
});

it("replaces every server that moves, with a new key and the private address of the old one", async () => {
  const [servers, keys] = [idsOf("Server"), idsOf("TailnetKey")];
  trial.write({ ...THREE_NODES, ...MOVED });
  const { changes } = await up();
  expect(changes).toMatchObject({ create: 0, replace: 12, delete: 0 });
  for (const [name, id] of Object.entries(idsOf("Server"))) expect(id).not.toBe(servers[name]);
  for (const [name, id] of Object.entries(idsOf("TailnetKey"))) expect(id).not.toBe(keys[name]);
  const { state, world } = await stateAndWorld();
  expect(world).toEqual(state);
});

it.each([
  { what: "a first up", change: undefined, at: 31, phase: "after" },
  { what: "a replacement of every server", change: { ...THREE_NODES, ...MOVED }, at: 11, phase: "before" },
  { what: "the removal of a node", change: MOVED, at: 2, phase: "after" },
])("finishes $what that was killed $phase change $at of the world", async ({ change, at, phase }) => {
  if (change === undefined) await trial.run("down", "--file", trial.file, "--rehearse", "--yes");
  trial.write(change ?? THREE_NODES);
  await killAt(at, phase);
  await up();
  const { state, world } = await stateAndWorld();
  expect(world).toEqual(state);
  expect((await up()).changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
});

/** Starts an up, waits until the world hangs at a change, and kills everything that runs. */
async function killAt(at: number, phase: string): Promise<void> {
  const hung = path.join(trial.marker, "hung");
  const faults = path.join(trial.marker, "faults.json");
  rmSync(hung, { force: true });
  mkdirSync(trial.marker, { recursive: true });
  writeFileSync(faults, JSON.stringify({ hang: { at, phase } }));
  const child = trial.start("up", "--file", trial.file, "--rehearse");
  await until(() => existsSync(hung) || child.exitCode !== null, 60_000, `change ${at} of the world`);
  rmSync(faults);
  const processes = descendants(child.pid ?? 0);
  expect(processes.length).toBeGreaterThan(3);
  for (const { pid } of processes) process.kill(pid, "SIGKILL");
  child.kill("SIGKILL");
  expect(await survivors(processes, 8_000)).toEqual([]);
}

it("takes everything away again", async () => {
  const { exitCode } = await trial.run("down", "--file", trial.file, "--rehearse", "--yes");
  expect(exitCode).toBe(0);
  expect(readWorld(trial.marker)).toEqual([]);
});
