import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { descendants, survivors, until, type Process } from "./processes.ts";
import { ENVIRONMENT, type Project } from "./project.ts";

const RUN_UP = fileURLToPath(new URL("run-up.ts", import.meta.url));

export interface Hang {
  /** The n-th change of the world since the run began. */
  readonly at: number;
  /** Before the cloud has done it, or after, with the answer lost. */
  readonly phase: "before" | "after";
}

/** An `up` in a process of its own that hangs at the given point, with all the processes it has started. */
export interface HungRun {
  readonly verb: Process;
  readonly processes: readonly Process[];
  readonly ended: Promise<unknown>;
}

/** Starts an `up` and waits until it hangs. The fault is gone when this returns. */
export async function runUntilHung(project: Project, hang: Hang): Promise<HungRun> {
  const hung = join(project.marker, "hung");
  const faults = join(project.marker, "faults.json");
  rmSync(hung, { force: true });
  if (!existsSync(project.marker)) await (await project.open()).close();
  writeFileSync(faults, JSON.stringify({ hang }));
  const args = [RUN_UP, project.root, ENVIRONMENT, project.environmentFile];
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  const ended = once(child, "exit");
  await until(() => existsSync(hung) || child.exitCode !== null, 30_000, `change ${hang.at} of the world`);
  rmSync(faults);
  const verb = { pid: child.pid ?? 0, parent: process.pid, command: "verb" };
  return { verb, processes: [verb, ...descendants(verb.pid)], ended };
}

/** An `up` that hangs and is then stopped with Ctrl-C, until all of its processes have ended. */
export async function stopWhenHung(project: Project, hang: Hang): Promise<void> {
  const { verb, processes, ended } = await runUntilHung(project, hang);
  process.kill(verb.pid, "SIGINT");
  await ended;
  const left = await survivors(processes, 8_000);
  if (left.length > 0) throw new Error(`still running: ${left.join(", ")}`);
}
