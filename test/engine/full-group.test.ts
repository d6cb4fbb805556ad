import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { readWorld } from "../../sandbox/twin/world/reader.ts";
import { Trial } from "./trial.ts";

const SERVER = "hcloud:index/server:Server";

// A pool whose ten servers fill their placement group, as the simulated Hetzner limits it.
let trial: Trial;
beforeAll(() => {
  trial = new Trial("fullgroup");
  const document = parseDocument(readFileSync(trial.file, "utf8"));
  const nodes = Array.from({ length: 10 }, (_, index) => index + 1);
  document.setIn(["config", "splitfleet:pools", "inference", "nodes"], nodes);
  for (const section of ["workloads", "models"]) document.setIn(["config", `splitfleet:${section}`], {});
  writeFileSync(trial.file, document.toString());
});
afterAll(() => trial[Symbol.dispose]());

const servers = (): readonly { readonly id: string; readonly name: string }[] =>
  readWorld(trial.marker)
    .filter(({ type }) => type === SERVER)
    .map(({ id, urn }) => ({ id, name: urn.split("::").at(-1) ?? "" }));

it("replaces a server of a full placement group, which has no room for two", { timeout: 300_000 }, async () => {
  const first = await trial.run("up", "--file", trial.file, "--rehearse");
  expect(first.exitCode, first.stderr).toBe(0);
  const before = servers();
  expect(before).toHaveLength(11);
  const replaced = await trial.run("replace", trial.name, "inference-3", "--file", trial.file, "--rehearse", "--yes");
  expect(replaced.exitCode, replaced.stdout + replaced.stderr).toBe(0);
  const after = servers();
  const gone = before.filter(({ id }) => !after.some((server) => server.id === id));
  expect(gone.map(({ name }) => name)).toEqual(["inference-3-server"]);
  expect(after.map(({ name }) => name).sort()).toEqual(before.map(({ name }) => name).sort());
});
