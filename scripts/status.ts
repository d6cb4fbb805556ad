import { fileOption, onEnvironment, ROOT, runVerb, verbCommand, type VerbOptions } from "../operations/run-verb.ts";
import { SANDBOX, selectEnvironment } from "../operations/select-environment.ts";
import { InputError } from "../operations/errors.ts";

/** `npm run status`: every node, what it runs and what it lacks. */
const command = onEnvironment(
  verbCommand("status", "Show every node: state, versions, configuration, etcd."),
).addHelpText(
  "after",
  `
Exit codes: 0 every node is ready and runs what file and lock ask for, 1 one is not, 2 bad input or nobody to ask.

Examples:
  npm run status
  npm run status -- production
  npm run -s status -- production --json | jq -r '.nodes[] | select(.behind != []) | .command'`,
);

await runVerb(command, async () => {
  const { json = false, file, rehearse = false } = command.opts<VerbOptions>();
  const environment = await selectEnvironment(ROOT, { name: command.args[0], file: fileOption(file) });
  const rehearsed = rehearse || environment.name === SANDBOX;
  if (file !== undefined && !rehearsed) throw new InputError("--file is a rehearsal's: add --rehearse.");
  const { runStatus } = await import("../operations/nodes/status/run.ts");
  return runStatus(environment, { rehearsed, json });
});
