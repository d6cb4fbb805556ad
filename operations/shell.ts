import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { diesWithParent } from "../sandbox/session/process.ts";
import type { Session } from "../sandbox/session/session.ts";

export interface ShellOptions {
  /** Runs this one command instead of an interactive shell. */
  readonly command?: readonly string[];
  /** @default the user's, else /bin/sh */
  readonly shell?: string;
}

/**
 * Opens a shell, or runs one command, in the project's folder with the session's environment: plain `pulumi` commands
 * then reach the twin and nothing else. Returns the exit code of what was run.
 */
export async function runShell(session: Session, { command = [], shell }: ShellOptions): Promise<number> {
  const { root, environment } = session.engine;
  const [wanted = shell ?? environment["SHELL"] ?? "/bin/sh", ...wantedArgs] = command;
  const [file, ...args] = diesWithParent([wanted, ...wantedArgs], "HUP", environment["PATH"]);
  // Ctrl-C in the terminal is meant for what runs in the shell, which is in the same process group.
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  try {
    const child = spawn(file, args, {
      cwd: root,
      // Interactive shells whose start-up files leave the prompt alone show where one is.
      env: { ...environment, PS1: `(${session.environment}) \\w $ ` },
      stdio: "inherit",
    });
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } finally {
    process.off("SIGINT", ignore);
  }
}
