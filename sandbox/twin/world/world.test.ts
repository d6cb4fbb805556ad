import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { WorldObject } from "./objects.ts";
import { removeObject } from "../remove-object.ts";
import { findByUrn, readWorld, readWorldJournal } from "./reader.ts";
import { World, type Mutation } from "./world.ts";

const TYPE = "hcloud:index/volume:Volume";
const now = (): Date => new Date("2026-01-02T03:04:05Z");
const mutation: Mutation = {
  operation: "create",
  urn: "urn:a",
  rateLimited: "slow down",
  signal: new AbortController().signal,
};

let marker: string;
beforeEach(() => {
  marker = mkdtempSync(path.join(os.tmpdir(), "world-"));
});
afterEach(() => rmSync(marker, { recursive: true }));

function object(id: string, urn: string, createdAt = now().toISOString()): WorldObject {
  return { package: "hcloud", type: TYPE, id, urn, inputs: { size: 10 }, facts: {}, revision: 1, createdAt };
}

test("an object is one private file, found by id and by owner", () => {
  const world = new World(marker, { now });
  world.put("create", object("9000000001-10.0.0.0/24", "urn:a"));
  expect(readdirSync(path.join(marker, "world", "hcloud"))).toEqual(["9000000001-10.0.0.0%2F24.json"]);
  expect(statSync(path.join(marker, "world", "hcloud", "9000000001-10.0.0.0%2F24.json")).mode & 0o777).toBe(0o600);
  expect(world.objects("hcloud").get("9000000001-10.0.0.0/24")).toEqual(object("9000000001-10.0.0.0/24", "urn:a"));
  expect(findByUrn(marker, "urn:a")).toEqual([object("9000000001-10.0.0.0/24", "urn:a")]);
});

test("both objects of a replacement are found, the older one first", () => {
  const world = new World(marker, { now });
  world.put("create", object("9000000001", "urn:a", "2026-01-02T00:00:02.000Z"));
  world.put("create", object("9000000002", "urn:a", "2026-01-02T00:00:01.000Z"));
  expect(findByUrn(marker, "urn:a").map(({ id }) => id)).toEqual(["9000000002", "9000000001"]);
});

test("what a crash leaves between the temporary file and its final name is no object", () => {
  const folder = path.join(marker, "world", "hcloud");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "9000000001.json.4711.tmp"), '{"package": "hclo');
  expect(readWorld(marker)).toEqual([]);
  new World(marker, { now }).put("create", object("9000000001", "urn:a"));
  expect(readWorld(marker)).toEqual([object("9000000001", "urn:a")]);
});

test("a change by another process is seen", () => {
  const [world, other] = [new World(marker, { now }), new World(marker, { now })];
  world.put("create", object("9000000001", "urn:a"));
  expect(other.ofType(TYPE)).toEqual([object("9000000001", "urn:a")]);
  world.put("update", { ...object("9000000001", "urn:b"), revision: 2 });
  expect(other.ofType(TYPE)).toEqual([{ ...object("9000000001", "urn:b"), revision: 2 }]);
  world.remove(object("9000000001", "urn:b"));
  expect(other.ofType(TYPE)).toEqual([]);
});

test("the journal numbers every change, across processes", async () => {
  const [world, other] = [new World(marker, { now }), new World(marker, { now })];
  world.put("create", object("9000000001", "urn:a"));
  other.put("create", object("9000000002", "urn:b"));
  world.put("update", object("9000000001", "urn:a"));
  expect(await removeObject(marker, "9000000002")).toBe(true);
  expect(await removeObject(marker, "9000000002")).toBe(false);
  expect(readWorldJournal(marker).map(({ seq, operation, id }) => [seq, operation, id])).toEqual([
    [1, "create", "9000000001"],
    [2, "create", "9000000002"],
    [3, "update", "9000000001"],
    [4, "delete", "9000000002"],
  ]);
});

test.each([
  ["before", 0],
  ["after", 1],
] as const)("an operation that hangs %s it takes place leaves %i objects and no answer", async (phase, objects) => {
  writeFileSync(path.join(marker, "faults.json"), JSON.stringify({ hang: { at: 2, phase } }));
  const world = new World(marker, { now, latencyMs: 0 });
  await world.mutate(mutation, () => undefined);
  let answered = false;
  void world.mutate(mutation, () => world.put("create", object("9000000001", "urn:a"))).then(() => (answered = true));
  while (!existsSync(path.join(marker, "hung"))) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(answered).toBe(false);
  expect(readWorld(marker)).toHaveLength(objects);
  expect(JSON.parse(readFileSync(path.join(marker, "hung"), "utf8"))).toEqual({
    at: 2,
    phase,
    operation: "create",
    urn: "urn:a",
  });
});

test("an operation fails with the message that the fault gives", async () => {
  writeFileSync(path.join(marker, "faults.json"), JSON.stringify({ fail: { at: 1, message: "no capacity" } }));
  const world = new World(marker, { now, latencyMs: 0 });
  await expect(world.mutate(mutation, () => "made")).rejects.toThrow("no capacity");
  await expect(world.mutate(mutation, () => "made")).resolves.toBe("made");
});

test("a rate limit refuses as many operations as it says", async () => {
  writeFileSync(path.join(marker, "faults.json"), JSON.stringify({ rateLimit: { at: 1, times: 2 } }));
  const world = new World(marker, { now, latencyMs: 0 });
  await expect(world.mutate(mutation, () => "made")).rejects.toThrow("slow down");
  await expect(world.mutate(mutation, () => "made")).rejects.toThrow("slow down");
  await expect(world.mutate(mutation, () => "made")).resolves.toBe("made");
});

test("a faults file with a mistake is refused by name", async () => {
  const file = path.join(marker, "faults.json");
  writeFileSync(file, JSON.stringify({ hang: { at: 0, phase: "during" } }));
  await expect(new World(marker).mutate(mutation, () => undefined)).rejects.toThrow(`${file} is not valid:`);
});

test("an operation that is told when to come back comes back, five times in all", async () => {
  const faults = path.join(marker, "faults.json");
  writeFileSync(faults, JSON.stringify({ rateLimit: { at: 1, times: 4, retryAfterMs: 1 } }));
  await expect(new World(marker, { now, latencyMs: 0 }).mutate(mutation, () => "made")).resolves.toBe("made");
  writeFileSync(faults, JSON.stringify({ rateLimit: { at: 1, times: 5, retryAfterMs: 1 } }));
  const refused = new World(marker, { now, latencyMs: 0 }).mutate(mutation, () => "made");
  await expect(refused).rejects.toThrow("slow down");
});
