import { fileOption, onEnvironment, ROOT, runVerb, verbCommand, type VerbOptions } from "../operations/run-verb.ts";
import { SANDBOX, selectEnvironment } from "../operations/select-environment.ts";

/** `npm run preview`: what `up` would do, as the engine sees it. Changes nothing. */
const command = onEnvironment(
  verbCommand("preview", "Show what `up` would do to what exists. Changes nothing."),
).addHelpText(
  "after",
  `
Unlike \`npm run plan\`, this starts the engine and compares with the stack's state.

Exit codes: 0 done, 1 it failed or breaks a rule, 2 bad input.

Examples:
  npm run preview
  npm run preview -- production --rehearse`,
);

await runVerb(command, async () => {
  const { json = false, file, rehearse = false } = command.opts<VerbOptions>();
  const environment = await selectEnvironment(ROOT, { name: command.args[0], file: fileOption(file) });
  if (rehearse || environment.name === SANDBOX) {
    const { runRehearsal } = await import("../operations/run-rehearsal.ts");
    return runRehearsal("preview", environment, { json });
  }
  const { runLive } = await import("../operations/run-live.ts");
  return runLive("preview", environment, { file, json, yes: false });
});
