import { execFile } from "node:child_process";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Command {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

/** Wall time of a child process in milliseconds. @throws what execFile throws if it fails. */
export async function time({ file, args }: Command, directory: string): Promise<number> {
  const started = performance.now();
  await run(file, args, { cwd: directory, maxBuffer: 64 * 1024 * 1024 });
  return performance.now() - started;
}

/**
 * The best of `runs` for each command, by name. The commands take turns, so that what else the machine does hits all of
 * them; a first turn, which fills the compile cache, is not counted.
 */
export async function bestOf(
  runs: number,
  commands: readonly Command[],
  directory: string,
): Promise<ReadonlyMap<string, number>> {
  const best = new Map<string, number>();
  for (const command of commands) await time(command, directory);
  for (let turn = 0; turn < runs; turn++) {
    for (const command of commands) {
      const milliseconds = await time(command, directory);
      best.set(command.name, Math.min(milliseconds, best.get(command.name) ?? Infinity));
    }
  }
  return best;
}
