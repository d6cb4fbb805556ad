import { InputError } from "../operations/errors.ts";
import { fileOption, onEnvironment, ROOT, runVerb, verbCommand, type VerbOptions } from "../operations/run-verb.ts";
import { SANDBOX, selectEnvironment } from "../operations/select-environment.ts";

/** `npm run recover`: repairs a rehearsed stack after a run that was killed. `up` does the same by itself. */
const command = onEnvironment(
  verbCommand("recover", "Repair a rehearsed environment after a run that was cut off. `up` does so by itself."),
).addHelpText(
  "after",
  `
Takes off the lock of an engine that no longer runs, adopts what exists although the state does not say so, deletes what
no state would ever mention again, and reads the world anew.

Exit codes: 0 repaired, or nothing to repair; 1 it failed; 2 bad input, or an engine is at work.

Examples:
  npm run recover
  npm run recover -- production --rehearse`,
);

await runVerb(command, async () => {
  const { json = false, file, rehearse = false } = command.opts<VerbOptions>();
  const environment = await selectEnvironment(ROOT, { name: command.args[0], file: fileOption(file) });
  const { name } = environment;
  if (!rehearse && name !== SANDBOX) {
    throw new InputError(
      `"${name}" is live: only a person can say what became of an unfinished operation there. Look at it with ` +
        "`pulumi stack export`, or add --rehearse to repair its rehearsal.",
    );
  }
  const { runRehearsal } = await import("../operations/run-rehearsal.ts");
  return runRehearsal("recover", environment, { json });
});
