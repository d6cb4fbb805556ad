import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { downReport } from "../../operations/down/report.ts";
import { statusReport } from "../../operations/nodes/status/report.ts";
import { operationReport } from "../../operations/report.ts";
import { readWorld } from "../../sandbox/twin/world/reader.ts";
import { descendants, survivors, until } from "./processes.ts";
import { Trial } from "./trial.ts";

let trial: Trial;
beforeAll(() => {
  trial = new Trial("verbs");
});
afterAll(() => trial[Symbol.dispose]());

const run: Trial["run"] = (verb, ...args) => trial.run(verb, ...args);

it("ends with code 2, one report and nothing created for a file with mistakes", async () => {
  const wrong = join(trial.folder, "Pulumi.wrong.yaml");
  writeFileSync(wrong, "config:\n  splitfleet:version: 1\n  splitfleet:pool: {}\n");
  const { exitCode, stdout, stderr } = await run("up", "--file", wrong, "--rehearse", "--json");
  expect(exitCode).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain("Pulumi.wrong.yaml");
  expect(stderr).toContain("pools");
  expect(existsSync(join(trial.root, ".sandbox/wrong"))).toBe(false);
});

it.each([
  { args: ["sandbx"], says: 'There is no environment "sandbx". Did you mean sandbox?' },
  { args: ["--bogus"], says: "unknown option '--bogus'" },
])("ends with code 2 for $args", async ({ args, says }) => {
  const { exitCode, stdout, stderr } = await run("up", ...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain(says);
});

it.each([["rehearse"], ["drill", "--all"]])(
  "says that %s needs Linux, names the way and starts nothing",
  async (...args) => {
    const [verb, ...rest] = args;
    // What a Mac's Node says of its system; all else of the verb is as it is.
    vi.stubEnv(
      "NODE_OPTIONS",
      "--import data:text/javascript,Object.defineProperty(process,'platform',{value:'darwin'})",
    );
    const { exitCode, stdout, stderr } = await run(verb, trial.name, ...rest, "--file", trial.file);
    vi.unstubAllEnvs();
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(
      "runs on Linux, and this is darwin. Run the command on a Linux machine or in a Linux container.",
    );
    expect(existsSync(trial.marker)).toBe(false);
  },
);

it("takes no file from anywhere into a live run", async () => {
  const { exitCode, stderr } = await run("up", "--file", trial.file);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("add --rehearse");
});

it("repairs, on the next up, a verb that was killed, and has left no process", async () => {
  const child = trial.start("up", "--file", trial.file, "--rehearse");
  const eleven = (): boolean => existsSync(trial.marker) && readWorld(trial.marker).length > 10;
  await until(() => eleven() || child.exitCode !== null, 60_000, "the eleventh object");
  const processes = descendants(child.pid ?? 0);
  child.kill("SIGKILL");
  expect(processes.length).toBeGreaterThan(3);
  expect(await survivors(processes, 8_000)).toEqual([]);

  const { exitCode, stdout } = await run("up", "--file", trial.file, "--rehearse", "--json");
  expect(exitCode).toBe(0);
  expect(operationReport.parse(JSON.parse(stdout)).recovery?.locks).toBe(1);
});

it("reports a second up as JSON, with nothing changed and the cost", async () => {
  const { exitCode, stdout } = await run("up", trial.name, "--file", trial.file, "--rehearse", "--json");
  const report = operationReport.parse(JSON.parse(stdout));
  const { same, ...changed } = report.changes;
  expect(exitCode).toBe(0);
  expect(report.environment).toBe(trial.name);
  expect(changed).toEqual({ create: 0, update: 0, replace: 0, delete: 0 });
  expect(same).toBeGreaterThan(50);
  expect(Number(report.cost?.expected.monthly)).toBeGreaterThan(0);
  expect(report).not.toHaveProperty("recovery");
});

it("says in words that nothing changed, what exists and what comes next", async () => {
  const { exitCode, stdout } = await run("up", "--file", trial.file, "--rehearse");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(new RegExp(`^${trial.name}: no change in [\\d.]+ s\n`));
  expect(stdout).toContain("EUR a month");
  expect(stdout).toContain(`npm run down -- ${trial.name} --rehearse`);
  expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);
});

it("runs one plain pulumi command in the shell, with its output and exit code untouched", async () => {
  const exported = await run("shell", "--file", trial.file, "--", "pulumi", "stack", "export", "--stack", trial.name);
  expect(exported.exitCode).toBe(0);
  expect(JSON.parse(exported.stdout)).toHaveProperty("deployment.resources");
  const failed = await run("shell", "--file", trial.file, "--", "sh", "-c", "pwd; exit 7");
  expect(failed).toEqual({ exitCode: 7, stdout: `${trial.root}\n`, stderr: "" });
});

it("puts the environment to sleep and wakes it with every node ready again", async () => {
  const asleep = await run("sleep", "--file", trial.file, "--rehearse", "--json");
  expect(asleep.exitCode, asleep.stderr).toBe(0);
  expect(operationReport.parse(JSON.parse(asleep.stdout)).changes).toMatchObject({ create: 0, replace: 0 });
  const [one, two] = [1, 2].map((number) => `${trial.name}-inference-${number}`);
  expect(asleep.stderr).toContain(`Taken out of cluster and mesh, since their servers are gone: ${one} and ${two}.`);

  const awake = await run("wake", "--file", trial.file, "--rehearse", "--json");
  expect(awake.exitCode, awake.stderr).toBe(0);
  const status = await run("status", trial.name, "--file", trial.file, "--rehearse", "--json");
  expect(status.exitCode, status.stderr).toBe(0);
  const { nodes } = statusReport.parse(JSON.parse(status.stdout));
  expect(nodes.map(({ name, state }) => [name, state])).toEqual(
    ["operations-1", "inference-1", "inference-2", "workshop-a"].map((name) => [`${trial.name}-${name}`, "ready"]),
  );
});

it("takes everything away when told to, and asks before unless it is the sandbox", async () => {
  const asked = await run("down", "--file", trial.file, "--rehearse");
  expect(asked.exitCode).toBe(2);
  expect(asked.stderr).toContain("add --yes");
  const done = await run("down", "--file", trial.file, "--rehearse", "--yes", "--json");
  expect(done.exitCode).toBe(0);
  expect(downReport.parse(JSON.parse(done.stdout)).changes.delete).toBeGreaterThan(50);
  expect(readWorld(trial.marker)).toEqual([]);
});
