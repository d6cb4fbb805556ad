import { Console } from "node:console";
import path from "node:path";
import "../plan/recorder/lean-sdk.ts";
import { Command, CommanderError } from "commander";
import { AgainstError } from "../plan/against/error.ts";
import type { PlanReport } from "../plan/report/contract.ts";
import {
  FormatError,
  outputOptions,
  writeComparisons,
  writeReports,
  type OutputOptions,
} from "../plan/report/output.ts";
import { VERDICT_EXIT } from "../plan/report/verdict.ts";
import { today } from "../plan/today.ts";
import { environmentNames } from "../stacks/environment-names.ts";
import { nearest } from "../stacks/words.ts";

const BAD_INPUT = 2;

const stacks = path.join(import.meta.dirname, "..", "stacks");

interface Options extends OutputOptions {
  readonly against?: string;
  readonly file?: string;
}

const command = outputOptions(new Command("npm run plan --"), ["markdown"])
  .description(
    "Shows what environments consist of, cost and break, before anything exists. Needs no network and no credentials.",
  )
  .argument("[environment...]", "names of files stacks/Pulumi.<environment>.yaml (default: all of them)")
  .option("--against <git ref>", "show how resources, euros and findings differ from those of another commit")
  .option("--file <path>", "an environment file from anywhere instead; its lock is looked for beside it")
  .addHelpText(
    "after",
    `
Exit codes: 0 no mandatory finding, 1 findings, 2 something could not be decided, or bad input
(then nothing is written to standard output).

With --against the other commit is planned in a folder of its own, by its own program, rules and prices, with the
packages that are installed here. The exit code is the working tree's.

Examples:
  npm run plan
  npm run plan -- sandbox
  npm run -s plan -- sandbox --json | jq '.[0].cost.expected.monthly'
  npm run plan -- sandbox --format html --output plan.html
  npm run plan -- production --against main
  npm run -s plan -- --against origin/main --format markdown --output comment.md
  npm run plan -- --file /tmp/Pulumi.trial.yaml`,
  )
  .exitOverride();

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    command.parse();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : BAD_INPUT;
    throw error;
  }
  const options = command.opts<Options>();
  // Standard output is the report's: what the program or the SDK logs meanwhile goes to standard error.
  globalThis.console = new Console(process.stderr, process.stderr);
  const files = filesOf(command.args, options);
  const reports = files === undefined ? undefined : await plan(files);
  if (reports === undefined) return BAD_INPUT;
  try {
    if (options.against === undefined) await writeReports(reports, options);
    else await writeAgainst(reports, options.against, options);
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof AgainstError)) throw error;
    refuse([error.message]);
    return BAD_INPUT;
  }
  return Math.max(...reports.map(({ summary }) => VERDICT_EXIT[summary.verdict]));
}

/** npm runs the verb in the project's folder; a path is meant from where the command was typed. */
function filesOf(names: readonly string[], { file, against }: Options): readonly string[] | undefined {
  if (file === undefined) return environmentFiles(names);
  if (against !== undefined) return refuse(["--against compares environments in stacks/: leave --file out."]);
  if (names.length > 0) return refuse(["Give either names of environments or --file, not both."]);
  return [path.relative(process.cwd(), path.resolve(process.env["INIT_CWD"] ?? process.cwd(), file))];
}

/** Loads what another commit needs only where one is asked for. */
async function writeAgainst(reports: readonly PlanReport[], ref: string, options: Options): Promise<void> {
  const { planAgainst } = await import("../plan/against/against.ts");
  const names = command.args.length > 0 ? command.args : undefined;
  const root = path.join(import.meta.dirname, "..");
  await writeComparisons(await planAgainst(reports, { root, ref, names }), options);
}

/** Reports in the order of the files; undefined, with all problems printed, if one of them can not be used. */
async function plan(files: readonly string[]): Promise<readonly PlanReport[] | undefined> {
  const { loadEnvironment } = await import("../stacks/environment-file.ts");
  const loaded = await Promise.allSettled(files.map((file) => loadEnvironment(file)));
  const failures = loaded.filter((result) => result.status === "rejected");
  if (failures.length > 0) return refuse(failures.map(({ reason }) => describe(reason)));
  const { planEnvironment } = await import("../plan/plan.ts");
  const reports: PlanReport[] = [];
  for (const environment of loaded.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []))) {
    try {
      reports.push(await planEnvironment(environment, { today: today() }));
    } catch (error) {
      return refuse([`${environment.file}: ${describe(error)}`]);
    }
  }
  return reports;
}

function refuse(messages: readonly string[]): undefined {
  process.stderr.write(`${messages.join("\n\n")}\n`);
}

/** With its stack, unless the error asks to hide it, as a component does that refuses its arguments. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const hidesStack = "hideStack" in error && error.hideStack === true;
  return hidesStack ? error.message : (error.stack ?? error.message);
}

function environmentFiles(names: readonly string[]): readonly string[] | undefined {
  const known = environmentNames(stacks);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) return refuse(unknown.map((name) => unknownEnvironment(name, known)));
  return (names.length > 0 ? names : known).map((name) =>
    path.relative(process.cwd(), path.join(stacks, `Pulumi.${name}.yaml`)),
  );
}

function unknownEnvironment(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  const choice = `The folder stacks/ has: ${known.join(", ")}. --file takes one from anywhere.`;
  return `There is no environment "${name}".${hint} ${choice}`;
}
