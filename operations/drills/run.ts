import { writeFileSync } from "node:fs";
import path from "node:path";
import { wantsColour } from "../../plan/report/colour.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import { EXIT } from "../errors.ts";
import { InterruptListener } from "../interrupt.ts";
import { assertLinux } from "../linux.ts";
import { ROOT } from "../run-verb.ts";
import { loadDrills } from "./extensions.ts";
import { toPage } from "./page.ts";
import { BUILT_IN } from "./registry.ts";
import { EXIT_CODES } from "./report.ts";
import { runDrills } from "./run-drills.ts";
import { selectDrills } from "./select.ts";
import { toTable } from "./table.ts";

export interface RunOptions {
  readonly names: readonly string[];
  readonly all: boolean;
  readonly json: boolean;
  /** Where to write the page; no page where it is left out. */
  readonly html?: string | undefined;
}

/**
 * Drills an environment and prints the report: JSON to standard output, or text for people. Returns the exit code.
 *
 * @throws InputError on a machine where no control plane runs, or for a drill that there is none of
 */
export async function runDrillVerb(environment: Environment, { names, all, json, html }: RunOptions): Promise<number> {
  const own = await loadDrills(path.join(ROOT, "extensions", "drills"), BUILT_IN);
  const drills = selectDrills([...BUILT_IN, ...own], names, all);
  assertLinux();
  using interrupt = new InterruptListener(() => process.stderr.write("\nStopping; nothing is left of it.\n"));
  const report = await runDrills({
    root: ROOT,
    environment,
    drills,
    named: !all,
    interrupt,
    progress: process.stderr,
  });
  if (report === undefined) return EXIT.interrupted;
  if (html !== undefined) writeFileSync(html, toPage(report));
  const colour = wantsColour(process.stdout);
  process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : `\n${toTable(report, { colour })}`);
  return EXIT_CODES[report.verdict];
}
