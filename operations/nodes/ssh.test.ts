import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadEnvironment } from "../../stacks/environment-file.ts";
import { runSsh } from "./ssh.ts";

const STACKS = path.join(import.meta.dirname, "../../stacks");
const starter = await loadEnvironment(path.join(STACKS, "Pulumi.starter.yaml"));
const folder = mkdtempSync(path.join(tmpdir(), "splitfleet-ssh-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A stand-in for `ssh` that writes down its arguments and ends as it is told. */
function program(exitCode: number): string {
  const file = path.join(folder, `ssh-${exitCode}`);
  writeFileSync(file, `#!/bin/sh\nprintf '%s\\n' "$@" > ${file}.args\nexit ${exitCode}\n`);
  chmodSync(file, 0o755);
  return file;
}

test("a command reaches the node's name in the mesh as it was typed, and its exit code comes back", async () => {
  const ssh = program(7);
  const command = ["journalctl", "--grep", "it's full", "--lines=5"];
  expect(await runSsh(starter, { node: "inference-1", command, rehearsed: false, program: ssh })).toBe(7);
  expect(readFileSync(`${ssh}.args`, "utf8").split("\n").slice(-4)).toEqual([
    "root@starter-inference-1.starter.ts.net",
    "--",
    `journalctl --grep 'it'\\''s full' --lines=5`,
    "",
  ]);
});

test("without a command it asks for a terminal", async () => {
  const ssh = program(0);
  expect(await runSsh(starter, { node: "operations-1", command: [], rehearsed: false, program: ssh })).toBe(0);
  expect(readFileSync(`${ssh}.args`, "utf8").split("\n").slice(-3, -1)).toEqual([
    "-t",
    "root@starter-operations-1.starter.ts.net",
  ]);
});

test("a simulated node has nothing to log in to", async () => {
  await expect(runSsh(starter, { node: "operations-1", command: [], rehearsed: true })).rejects.toThrow(
    "starter-operations-1 is simulated: there is nothing to log in to. `npm run status -- starter` shows it",
  );
});

test("a machine without ssh is told what it lacks", async () => {
  const options = { node: "operations-1", command: [], rehearsed: false, program: path.join(folder, "none") };
  expect(await runSsh(starter, options)).toBe(2);
});
