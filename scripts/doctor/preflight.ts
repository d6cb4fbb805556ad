import { EXIT, InputError } from "../../operations/errors.ts";
import { preflight } from "../../operations/preflight/preflight.ts";
import { ROOT } from "../../operations/run-verb.ts";
import { selectEnvironment } from "../../operations/select-environment.ts";
import { wantsColour } from "../../plan/report/colour.ts";
import { today } from "../../plan/today.ts";
import { SpecError } from "../../stacks/problems.ts";
import { formatReport } from "./print.ts";

/** Looks at the accounts of an environment and prints what it found. Returns the exit code. */
export async function runPreflight(name: string, { json }: { readonly json: boolean }): Promise<number> {
  try {
    const environment = await selectEnvironment(ROOT, { name });
    const report = await preflight(environment, { today: today(), environment: process.env });
    process.stdout.write(
      json
        ? `${JSON.stringify(report, undefined, 2)}\n`
        : formatReport(report, { colour: wantsColour(process.stdout) }),
    );
    return report.ok ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (!(error instanceof InputError || error instanceof SpecError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT.refused;
  }
}
