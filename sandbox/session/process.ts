import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** A command line: the executable and its arguments. */
export type Command = readonly [file: string, ...args: string[]];

/**
 * The same command, ended by `signal` when this process dies, however it dies. Linux only: elsewhere, and where
 * util-linux is missing, the command is returned as it is and ends by itself once the twin, which watches its
 * standard input on every platform, no longer answers it.
 */
export function diesWithParent(command: Command, signal: "KILL" | "HUP", path = process.env["PATH"] ?? ""): Command {
  if (process.platform !== "linux") return command;
  const setpriv = path
    .split(delimiter)
    .map((folder) => join(folder, "setpriv"))
    .find(isExecutable);
  return setpriv === undefined ? command : [setpriv, "--pdeathsig", signal, "--", ...command];
}

/** Whether a process with this id runs now, ours or anybody's. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
