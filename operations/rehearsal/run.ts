import { writeFileSync } from "node:fs";
import { today } from "../../plan/today.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import { EXIT } from "../errors.ts";
import { InterruptListener } from "../interrupt.ts";
import { assertLinux } from "../linux.ts";
import { ROOT } from "../run-verb.ts";
import { toPage } from "./page.ts";
import { rehearseEnvironment } from "./rehearsal.ts";
import { toTable } from "./table.ts";
import { EXIT_CODES } from "./verdict.ts";
import { wantsColour } from "../../plan/report/colour.ts";

export interface RunOptions {
  readonly json: boolean;
  /** Where to write the page; no page where it is left out. */
  readonly html?: string | undefined;
}

/**
 * Rehearses an environment and prints the report: JSON to standard output, or text for people. Returns the exit code.
 *
 * @throws InputError on a machine where no control plane runs
 */
export async function runRehearsal(environment: Environment, { json, html }: RunOptions): Promise<number> {
  assertLinux();
  using interrupt = new InterruptListener(() => process.stderr.write("\nStopping; nothing is left of it.\n"));
  const report = await rehearseEnvironment({
    root: ROOT,
    environment,
    today: today(),
    interrupt,
    progress: process.stderr,
  });
  if (report === undefined) return EXIT.interrupted;
  const colour = wantsColour(process.stdout);
  if (html !== undefined) writeFileSync(html, toPage(report));
  process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : `\n${toTable(report, { colour })}`);
  return EXIT_CODES[report.verdict];
}
