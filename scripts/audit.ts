import "../plan/recorder/lean-sdk.ts";
import { runAudit } from "../operations/audit/run.ts";
import { fileOption, ROOT, runVerb, verbCommand } from "../operations/run-verb.ts";
import { selectEnvironment } from "../operations/select-environment.ts";
import { outputOptions, type OutputOptions } from "../plan/report/output.ts";

interface Options extends OutputOptions {
  readonly file?: string;
  readonly rehearse?: boolean;
  readonly state?: string;
}

/** `npm run audit`: what plan says of the program, said of what a stack really consists of. */
const command = outputOptions(
  verbCommand("audit", "Judge and price what a stack consists of, by the rules and prices of plan. Changes nothing.")
    .argument("[environment]", "name of a file stacks/Pulumi.<environment>.yaml (default: sandbox)")
    .option("--file <path>", "an environment file from anywhere instead")
    .option("--state <path>", "a file that `pulumi stack export` has written, instead of asking Pulumi for the state")
    .option("--rehearse", "take the state of the rehearsal; the sandbox always does"),
).addHelpText(
  "after",
  `
Without --state the verb exports the state itself, from the rehearsal or with your own Pulumi, and has Pulumi decrypt it
so that rules can look for secrets in the wrong place. No report shows one, and nothing decrypted touches the disk. In a
file whose secrets are encrypted, what hangs on them is reported as unknown.

Exit codes: 0 no mandatory finding, 1 findings, 2 something could not be decided, or bad input
(then nothing is written to standard output).

Examples:
  npm run audit
  npm run audit -- production
  npm run -s audit -- production --state /tmp/state.json --json | jq '.[0].findings'`,
);

await runVerb(command, async () => {
  const { file, state, rehearse = false, ...output } = command.opts<Options>();
  const environment = await selectEnvironment(ROOT, { name: command.args[0], file: fileOption(file) });
  return runAudit(environment, { state: fileOption(state), rehearse, output });
});
