import { Console } from "node:console";
import path from "node:path";
import { Command, CommanderError } from "commander";
import { LAYERS } from "../stacks/layering.ts";
import { SpecError } from "../stacks/problems.ts";
import { ComponentError } from "../sandbox/control-plane/component.ts";
import { StackLockedError } from "../sandbox/session/session.ts";
import { ToolchainError } from "../sandbox/toolchain/resolve.ts";
import { BootstrapError } from "./bootstrap/ceremony.ts";
import { EXIT, InputError } from "./errors.ts";

/** The project's folder. */
export const ROOT = path.join(import.meta.dirname, "..");

export interface VerbOptions {
  readonly json?: boolean;
  readonly file?: string;
  readonly rehearse?: boolean;
  readonly yes?: boolean;
  readonly only?: string;
}

/** A command whose help goes to standard error, and whose bad usage ends with exit code 2. */
export function verbCommand(name: string, description: string): Command {
  return new Command(`npm run ${name} --`)
    .description(description)
    .configureOutput({ writeOut: (text) => process.stderr.write(text) })
    .exitOverride();
}

/** The arguments that all verbs on one environment share. */
export function onEnvironment(command: Command): Command {
  return command
    .argument("[environment]", "name of a file stacks/Pulumi.<environment>.yaml", undefined)
    .option("--file <path>", "an environment file from anywhere instead; works on a copy")
    .option("--rehearse", "run against the simulated clouds; the sandbox always does")
    .option("--json", "write a report as JSON, and nothing else, to standard output");
}

/** For verbs that can work on one layer alone; {@link parseLayer} reads the value. */
export function onLayer(command: Command): Command {
  return command.option("--only <layer>", `this layer alone, with what it stands on: ${LAYERS.join(", ")}`);
}

/**
 * Parses the command line, runs the verb and sets the exit code. What a person can put right is printed as a message;
 * anything else is a defect and keeps its stack.
 */
export async function runVerb(command: Command, run: (command: Command) => Promise<number>): Promise<void> {
  // Standard output is the report's: what a program or the SDK logs meanwhile goes to standard error.
  globalThis.console = new Console(process.stderr, process.stderr);
  try {
    command.parse();
    process.exitCode = await run(command);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.refused;
    else {
      process.stderr.write(`${describe(error)}\n`);
      process.exitCode = EXIT.refused;
    }
  }
}

/** npm runs a verb in the project's folder; a path is meant from where the command was typed. */
export const fileOption = (file: string | undefined): string | undefined =>
  file === undefined ? undefined : path.resolve(process.env["INIT_CWD"] ?? process.cwd(), file);

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const kinds = [BootstrapError, InputError, SpecError, StackLockedError, ToolchainError, ComponentError];
  const expected = kinds.some((kind) => error instanceof kind);
  const hidesStack = "hideStack" in error && error.hideStack === true;
  return expected || hidesStack ? error.message : (error.stack ?? error.message);
}
