import { toTable } from "../plan/report/table.ts";
import { today } from "../plan/today.ts";
import type { Environment } from "../stacks/environment-file.ts";
import { InterruptListener } from "./interrupt.ts";
import { rehearse, type Rehearsal, type RehearsalOptions, type RehearsedVerb } from "./rehearse.ts";
import { ROOT } from "./run-verb.ts";
import { SANDBOX } from "./select-environment.ts";
import { describeChanges, summarizeUp } from "./summary.ts";
import { wantsColour } from "../plan/report/colour.ts";

export interface RehearsalRunOptions extends Pick<RehearsalOptions, "drift" | "only"> {
  readonly json: boolean;
}

/** Rehearses a verb and prints its report: JSON to standard output, or text for people. Returns the exit code. */
export async function runRehearsal(
  verb: RehearsedVerb,
  environment: Environment,
  { json, drift = false, only }: RehearsalRunOptions,
): Promise<number> {
  using interrupt = new InterruptListener((message) => process.stderr.write(`\n${message}\n`));
  const options = { root: ROOT, environment, today: today(), interrupt, progress: process.stderr, drift, only };
  const rehearsal = await rehearse(verb, options);
  explainFailure(rehearsal);
  if (json) process.stdout.write(`${JSON.stringify(rehearsal.report, undefined, 2)}\n`);
  else process.stdout.write(forPeople(verb, rehearsal));
  return rehearsal.exitCode;
}

/** What went wrong, in the words of the rules or of the engine. */
export function explainFailure({ exitCode, plan, result }: Rehearsal): void {
  if (exitCode === 0) return;
  if (plan !== undefined && plan.summary.mandatory > 0) {
    const colour = wantsColour(process.stderr);
    process.stderr.write(`\n${toTable(plan, { colour })}`);
    return;
  }
  if (result === undefined) return;
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  const said = errors.map(({ urn, message }) => (urn === "" ? message : `${urn}\n  ${message}`));
  process.stderr.write(`\n${said.length > 0 ? said.join("\n\n") : result.output.trim()}\n`);
}

function forPeople(verb: RehearsedVerb, { exitCode, report, result, session }: Rehearsal): string {
  if (result === undefined || session === undefined) return "";
  if (verb !== "up" || exitCode !== 0) return `${report.environment}: ${describeChanges(report.changes)}\n`;
  const { environment } = report;
  const other = environment !== SANDBOX;
  const next = (verbAndArgs: string, meaning: string): string => `npm run ${verbAndArgs}`.padEnd(44) + meaning;
  return summarizeUp(report, session.state().resources ?? [], [
    next(`plan -- ${environment}`, "what it costs, pool by pool, and the rules"),
    next(other ? `shell -- --environment ${environment}` : "shell", "a shell in which plain pulumi reaches the twin"),
    next(other ? `down -- ${environment} --rehearse` : "down", "everything away again"),
  ]);
}
