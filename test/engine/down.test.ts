import { afterAll, beforeAll, expect, it } from "vitest";
import { downReport } from "../../operations/down/report.ts";
import type { Properties } from "../../sandbox/twin/protocol/values.ts";
import { readWorld } from "../../sandbox/twin/world/reader.ts";
import { World } from "../../sandbox/twin/world/world.ts";
import { Trial } from "./trial.ts";

let trial: Trial;
beforeAll(async () => {
  trial = new Trial("down");
  trial.write({ "protect: false": "protect: true" });
  const { exitCode, stderr } = await trial.run("up", "--file", trial.file, "--rehearse");
  expect({ exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ exitCode: 0, stderr: "" });
  controllerMade("9000000001", "pvc-own", { "splitfleet/environment": trial.name });
  controllerMade("9000000002", "pvc-unlabelled", {});
  controllerMade("9000000003", "pvc-of-another", { "splitfleet/environment": "production" });
});
afterAll(() => trial[Symbol.dispose]());

/** A disk that a storage controller made for a claim: the state does not know it. */
function controllerMade(id: string, name: string, labels: Properties): void {
  const world = new World(trial.marker);
  const createdAt = world.now().toISOString();
  const type = "hcloud:index/volume:Volume";
  const inputs = { name, labels, size: 10, location: "fsn1" };
  world.put("create", { package: "hcloud", type, id, urn: "", inputs, facts: {}, revision: 1, createdAt });
}

const VOLUMES = ["9000000001", "9000000002", "9000000003"];
const left = [
  {
    provider: "hcloud",
    kind: "Volume",
    id: "9000000002",
    name: "pvc-unlabelled",
    why: "says no splitfleet/environment",
  },
  { provider: "hcloud", kind: "Volume", id: "9000000003", name: "pvc-of-another", why: "belongs to production" },
].map((each) => ({ ...each, refused: false }));
const own = { provider: "hcloud", kind: "Volume", id: "9000000001", name: "pvc-own" };
const down: (...args: readonly string[]) => ReturnType<Trial["run"]> = (...args) =>
  trial.run("down", "--file", trial.file, "--rehearse", ...args);

it("stops at what holds data, with its name, and touches nothing", async () => {
  const before = readWorld(trial.marker).length;
  const { exitCode, stdout, stderr } = await down("--yes");
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain("operations  protected HetznerPool");
  expect(stderr).toContain(`npm run down -- ${trial.name} --rehearse --delete-data operations`);
  expect(readWorld(trial.marker)).toHaveLength(before);
});

it("shows in a dry run what would go, what holds data and what would not be touched", async () => {
  const before = readWorld(trial.marker).length;
  const { exitCode, stdout } = await down("--dry-run", "--json");
  const report = downReport.parse(JSON.parse(stdout));
  expect(exitCode).toBe(0);
  expect(report).toMatchObject({ dryRun: true, data: [{ name: "operations", what: "protected HetznerPool" }] });
  expect(report.changes.delete).toBeGreaterThan(50);
  expect(report.sweep).toEqual({ removed: [own], left, unasked: [] });
  expect(readWorld(trial.marker)).toHaveLength(before);
});

it("destroys what was named, sweeps what says this environment, and leaves the rest", async () => {
  const { exitCode, stdout } = await down("--delete-data", "operations", "--json");
  const report = downReport.parse(JSON.parse(stdout));
  expect(exitCode).toBe(0);
  expect(report.changes.delete).toBeGreaterThan(50);
  expect(report.sweep).toEqual({ removed: [own], left, unasked: [] });
  expect(
    readWorld(trial.marker)
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual(VOLUMES.slice(1));
});

it("goes on in the next run where an interrupted one had stopped before the sweep", async () => {
  controllerMade("9000000001", "pvc-own", { "splitfleet/environment": trial.name });
  const { exitCode, stdout } = await down("--yes");
  expect(exitCode).toBe(0);
  expect(stdout).toContain("Beside the stack, went:\n  hcloud Volume pvc-own (9000000001)");
  expect(stdout).toContain("Not touched:\n  hcloud Volume pvc-unlabelled (9000000002): says no splitfleet/environment");
  expect(
    readWorld(trial.marker)
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual(VOLUMES.slice(1));
});
