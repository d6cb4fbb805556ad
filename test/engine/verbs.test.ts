import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { operationReport } from "../../operations/report.ts";
import { readWorld } from "../../sandbox/twin/world/reader.ts";
import { descendants, survivors, until } from "./processes.ts";

// The verbs themselves, on the sandbox's own file under another name, so that nobody's sandbox is disturbed.
const NAME = `verbs${process.pid}`;
const ROOT = join(import.meta.dirname, "../..");
const MARKER = join(ROOT, ".sandbox", NAME);
let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "splitfleet-verbs-"));
  file = join(folder, `Pulumi.${NAME}.yaml`);
  const rename = (source: string, target: string): void =>
    writeFileSync(target, readFileSync(source, "utf8").replace(/^( *(?:name|environment)): sandbox$/m, `$1: ${NAME}`));
  rename(join(ROOT, "stacks/Pulumi.sandbox.yaml"), file);
  rename(join(ROOT, "stacks/sandbox.lock.yaml"), join(folder, `${NAME}.lock.yaml`));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(MARKER, { recursive: true, force: true });
});

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(verb: string, ...args: readonly string[]) {
  const script = join(ROOT, "scripts", `${verb}.ts`);
  return spawn(process.execPath, [script, ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
}

async function run(verb: string, ...args: readonly string[]): Promise<Ended> {
  const child = start(verb, ...args);
  const [stdout, stderr] = await Promise.all(
    [child.stdout, child.stderr].map((stream) => stream.setEncoding("utf8").toArray()),
  );
  if (child.exitCode === null) await new Promise((resolve) => child.once("exit", resolve));
  return { exitCode: child.exitCode, stdout: (stdout ?? []).join(""), stderr: (stderr ?? []).join("") };
}

it("ends with code 2, one report and nothing created for a file with mistakes", async () => {
  const wrong = join(folder, "Pulumi.wrong.yaml");
  writeFileSync(wrong, "config:\n  splitfleet:version: 1\n  splitfleet:pool: {}\n");
  const { exitCode, stdout, stderr } = await run("up", "--file", wrong, "--rehearse", "--json");
  expect(exitCode).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain("Pulumi.wrong.yaml");
  expect(stderr).toContain("pools");
  expect(existsSync(join(ROOT, ".sandbox/wrong"))).toBe(false);
});

it.each([
  { args: ["sandbx"], says: 'There is no environment "sandbx". Did you mean sandbox?' },
  { args: ["--bogus"], says: "unknown option '--bogus'" },
])("ends with code 2 for $args", async ({ args, says }) => {
  const { exitCode, stdout, stderr } = await run("up", ...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain(says);
});

it("takes no file from anywhere into a live run", async () => {
  const { exitCode, stderr } = await run("up", "--file", file);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("add --rehearse");
});

it("repairs, on the next up, a verb that was killed, and has left no process", async () => {
  const child = start("up", "--file", file, "--rehearse");
  const eleven = (): boolean => existsSync(MARKER) && readWorld(MARKER).length > 10;
  await until(() => eleven() || child.exitCode !== null, 60_000, "the eleventh object");
  const processes = descendants(child.pid ?? 0);
  child.kill("SIGKILL");
  expect(processes.length).toBeGreaterThan(3);
  expect(await survivors(processes, 8_000)).toEqual([]);

  const { exitCode, stdout } = await run("up", "--file", file, "--rehearse", "--json");
  expect(exitCode).toBe(0);
  expect(operationReport.parse(JSON.parse(stdout)).recovery?.locks).toBe(1);
});

it("reports a second up as JSON, with nothing changed and the cost", async () => {
  const { exitCode, stdout } = await run("up", NAME, "--file", file, "--rehearse", "--json");
  const report = operationReport.parse(JSON.parse(stdout));
  const { same, ...changed } = report.changes;
  expect(exitCode).toBe(0);
  expect(report.environment).toBe(NAME);
  expect(changed).toEqual({ create: 0, update: 0, replace: 0, delete: 0 });
  expect(same).toBeGreaterThan(50);
  expect(Number(report.cost?.expected.monthly)).toBeGreaterThan(0);
  expect(report).not.toHaveProperty("recovery");
});

it("says in words that nothing changed, what exists and what comes next", async () => {
  const { exitCode, stdout } = await run("up", "--file", file, "--rehearse");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(new RegExp(`^${NAME}: no change in [\\d.]+ s\n`));
  expect(stdout).toContain("EUR a month");
  expect(stdout).toContain(`npm run down -- ${NAME} --rehearse`);
  expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);
});

it("runs one plain pulumi command in the shell, with its output and exit code untouched", async () => {
  const exported = await run("shell", "--file", file, "--", "pulumi", "stack", "export", "--stack", NAME);
  expect(exported.exitCode).toBe(0);
  expect(JSON.parse(exported.stdout)).toHaveProperty("deployment.resources");
  const failed = await run("shell", "--file", file, "--", "sh", "-c", "pwd; exit 7");
  expect(failed).toEqual({ exitCode: 7, stdout: `${ROOT}\n`, stderr: "" });
});

it("takes everything away when told to, and asks before unless it is the sandbox", async () => {
  const asked = await run("down", "--file", file, "--rehearse");
  expect(asked.exitCode).toBe(2);
  expect(asked.stderr).toContain("add --yes");
  const done = await run("down", "--file", file, "--rehearse", "--yes", "--json");
  expect(done.exitCode).toBe(0);
  expect(operationReport.parse(JSON.parse(done.stdout)).changes.delete).toBeGreaterThan(50);
  expect(readWorld(MARKER)).toEqual([]);
});
