import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const LIFELINE = fileURLToPath(new URL("lifeline.cjs", import.meta.url));

export interface Entry {
  /** Entry point of the SDK, such as `@pulumi/pulumi/cmd/run`, taken from the program's own node_modules. */
  readonly module: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Where the child's output goes: to the host's own streams, or to pipes. */
  readonly output: "inherit" | "pipe";
}

/** Starts an entry point of the SDK as a child that dies with this process. */
export function startEntry(entry: Entry): ChildProcess {
  const script = createRequire(join(entry.directory, "package.json")).resolve(entry.module);
  return spawn(process.execPath, ["--require", LIFELINE, script, ...entry.args], {
    cwd: entry.directory,
    env: entry.environment,
    stdio: ["pipe", entry.output, entry.output],
  });
}

/** What a child's end means: its exit code, or 128 and the signal's place for one that was killed. */
export function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? (signal === null ? 1 : 137)));
  });
}
