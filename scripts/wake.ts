import { type ModeOptions, runWake } from "../operations/mode/run.ts";
import { onEnvironment, runVerb, verbCommand } from "../operations/run-verb.ts";

/** `npm run wake`: brings back what `npm run sleep` took away. */
const command = onEnvironment(verbCommand("wake", "Bring back the compute that `npm run sleep` took away."))
  .option("--yes", "do not ask before a live run")
  .option("--due", "only in the first two of its hours, and not past the day on which it expires")
  .addHelpText(
    "after",
    `
New servers join as the first ones did; pods go back to them and find their data.

Exit codes: 0 done or not due, 1 it failed or breaks a rule, 2 bad input (nothing was changed), 130 stopped with Ctrl-C.

Examples:
  npm run wake
  npm run wake -- staging --due --yes`,
  );

await runVerb(command, () => runWake(command.args[0], command.opts<ModeOptions>(), new Date()));
