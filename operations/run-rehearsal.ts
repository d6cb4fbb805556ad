import { toTable } from "../plan/report/table.ts";
import type { Environment } from "../stacks/environment-file.ts";
import { InterruptListener } from "./interrupt.ts";
import { rehearse, type Rehearsal, type RehearsedVerb } from "./rehearse.ts";
import { ROOT, today } from "./run-verb.ts";
import { describeChanges, summarizeUp } from "./summary.ts";

/** Rehearses a verb and prints its report: JSON to standard output, or text for people. Returns the exit code. */
export async function runRehearsal(verb: RehearsedVerb, environment: Environment, { json }: { readonly json: boolean }): Promise<number> {
  using interrupt = new InterruptListener((message) => process.stderr.write(`\n${message}\n`));
  const rehearsal = await rehearse(verb, { root: ROOT, environment, today: today(), interrupt, progress: process.stderr });
  explainFailure(rehearsal);
  if (json) process.stdout.write(`${JSON.stringify(rehearsal.report, undefined, 2)}\n`);
  else process.stdout.write(forPeople(verb, rehearsal));
  return rehearsal.exitCode;
}

/** What went wrong, in the words of the rules or of the engine. */
function explainFailure({ exitCode, plan, result }: Rehearsal): void {
  if (exitCode === 0) return;
  if (plan !== undefined && plan.summary.mandatory > 0) {
    process.stderr.write(`\n${toTable(plan, { colour: process.stderr.isTTY && process.env["NO_COLOR"] === undefined })}`);
    return;
  }
  if (result === undefined) return;
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  const said = errors.length > 0 ? errors.map(({ urn, message }) => (urn === "" ? message : `${urn}\n  ${message}`)) : [result.output.trim()];
  process.stderr.write(`\n${said.join("\n\n")}\n`);
}

function forPeople(verb: RehearsedVerb, { exitCode, report, result, session }: Rehearsal): string {
  if (result === undefined || session === undefined) return "";
  if (verb !== "up" || exitCode !== 0) return `${report.environment}: ${describeChanges(report.changes)}\n`;
  const { environment } = report;
  const flag = environment === "sandbox" ? "" : ` --environment ${environment}`;
  const rehearse = environment === "sandbox" ? "" : ` ${environment} --rehearse`;
  return summarizeUp(report, session.state().resources ?? [], [
    `npm run plan -- ${environment}`.padEnd(44) + "what it costs, pool by pool, and the rules",
    `npm run shell${flag === "" ? "" : ` --${flag}`}`.padEnd(44) + "a shell in which plain pulumi reaches the twin",
    `npm run down${rehearse === "" ? "" : ` --${rehearse}`}`.padEnd(44) + "everything away again",
  ]);
}
