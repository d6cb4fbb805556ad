import { spawn } from "node:child_process";
import { once } from "node:events";
import { EventServer } from "./event-server.ts";
import { summarize, type EngineEvent, type EventSummary } from "./events.ts";
import { diesWithParent } from "./process.ts";

/** The CLI of one session: what is run, where, and with which environment. */
export interface Engine {
  readonly pulumi: string;
  /** The project's folder. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** How a person stops an operation: `finish` after what is under way, `kill` at once. */
export interface Interrupt {
  readonly finish: AbortSignal;
  readonly kill: AbortSignal;
}

export interface OperationOptions {
  readonly onEvent?: (event: EngineEvent) => void;
  readonly interrupt?: Interrupt;
}

export interface OperationResult extends EventSummary {
  readonly exitCode: number;
  readonly durationMs: number;
  /** All that the CLI printed, for the case that no event tells what went wrong. */
  readonly output: string;
}

/** Runs an operation that reports events: `up`, `preview`, `refresh` or `destroy`. */
export async function runOperation(
  engine: Engine,
  args: readonly [operation: string, ...string[]],
  { onEvent, interrupt }: OperationOptions = {},
): Promise<OperationResult> {
  const events: EngineEvent[] = [];
  const server = await EventServer.start((event) => {
    events.push(event);
    onEvent?.(event);
  });
  const started = performance.now();
  try {
    const { exitCode, stdout, stderr } = await runCommand(
      engine,
      [...args, "--non-interactive", "--color", "never", "--event-log", server.address],
      interrupt === undefined ? {} : { interrupt },
      // The CLI knows --event-log only with this set, as the Automation API does.
      { PULUMI_DEBUG_COMMANDS: "true" },
    );
    return {
      ...summarize(events),
      exitCode,
      durationMs: Math.round(performance.now() - started),
      output: stdout + stderr,
    };
  } finally {
    server.close();
  }
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Standard input: where secrets go, never into the arguments. */
  readonly input?: string;
  readonly directory?: string;
  readonly interrupt?: Interrupt;
}

/** Runs any CLI command of the session to its end. It dies with this process. */
export async function runCommand(
  engine: Engine,
  args: readonly string[],
  options: CommandOptions = {},
  variables: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const [file, ...rest] = diesWithParent([engine.pulumi, ...args], "KILL", engine.environment["PATH"]);
  const child = spawn(file, rest, {
    cwd: options.directory ?? engine.root,
    env: { ...engine.environment, ...variables },
    stdio: "pipe",
    // Its own process group, so that Ctrl-C reaches it once, through `interrupt`, and not also from the terminal.
    detached: true,
  });
  const stop = (signal: NodeJS.Signals) => (): void => void child.kill(signal);
  options.interrupt?.finish.addEventListener("abort", stop("SIGINT"), { once: true });
  options.interrupt?.kill.addEventListener("abort", stop("SIGKILL"), { once: true });
  let lostInput: Error | undefined;
  child.stdin.on("error", (error: NodeJS.ErrnoException) => {
    // A command that ends without reading its input says by its exit code whether that was right.
    if (error.code !== "EPIPE") lostInput = error;
  });
  child.stdin.end(options.input ?? "");
  const [stdout, stderr, [code]] = await Promise.all([
    child.stdout.setEncoding("utf8").toArray(),
    child.stderr.setEncoding("utf8").toArray(),
    once(child, "close") as Promise<[number | null]>,
  ]);
  if (lostInput !== undefined) throw lostInput;
  return { exitCode: code ?? 137, stdout: stdout.join(""), stderr: stderr.join("") };
}

/** A CLI command of the session that had to succeed and did not. */
export class EngineError extends Error {
  constructor(args: readonly string[], result: CommandResult) {
    const said = (result.stderr || result.stdout).trim();
    super(`pulumi ${args.join(" ")} ended with exit code ${result.exitCode}:\n${said}`);
    this.name = "EngineError";
  }
}
