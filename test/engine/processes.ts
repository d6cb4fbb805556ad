import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning } from "../../sandbox/session/process.ts";

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** All that `pid` has started, directly or not. */
export function descendants(pid: number): readonly Process[] {
  const all = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" })
    .split("\n")
    .flatMap((line) => {
      const [, child, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return command === undefined ? [] : [{ pid: Number(child), parent: Number(parent), command }];
    });
  const below = (parent: number): Process[] =>
    all.filter((process) => process.parent === parent).flatMap((process) => [process, ...below(process.pid)]);
  return below(pid);
}

/** Those of the processes that still run after `withinMs`, by command; empty as soon as none does. */
export async function survivors(processes: readonly Process[], withinMs: number): Promise<readonly string[]> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const left = processes.filter(({ pid }) => isRunning(pid)).map(({ command }) => command);
    if (left.length === 0 || Date.now() > deadline) return left;
    await sleep(50);
  }
}

/** Waits for something that another process does. */
export async function until(condition: () => boolean, withinMs: number, what: string): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${withinMs} ms`);
    await sleep(20);
  }
}
