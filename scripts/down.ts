import { confirm } from "../operations/confirm.ts";
import { EXIT } from "../operations/errors.ts";
import { fileOption, onEnvironment, ROOT, runVerb, verbCommand, type VerbOptions } from "../operations/run-verb.ts";
import { SANDBOX, selectEnvironment } from "../operations/select-environment.ts";

/** `npm run down`: destroys all of an environment. */
const command = onEnvironment(verbCommand("down", "Destroy an environment: the sandbox, unless another is named."))
  .option("--yes", "do not ask; the sandbox never asks")
  .addHelpText(
    "after",
    `
Exit codes: 0 done, 1 it failed, 2 bad input or not agreed to, 130 stopped with Ctrl-C.

Examples:
  npm run down
  npm run down -- production --rehearse --yes`,
  );

await runVerb(command, async () => {
  const { json = false, file, rehearse = false, yes = false } = command.opts<VerbOptions>();
  const environment = await selectEnvironment(ROOT, { name: command.args[0], file: fileOption(file) });
  const { name } = environment;
  if (!rehearse && name !== SANDBOX) {
    const { runLive } = await import("../operations/run-live.ts");
    return runLive("down", environment, { file, json, yes });
  }
  const agreed = name === SANDBOX || yes || (await confirm(`Destroy the rehearsed "${name}" and its world?`));
  if (!agreed) return EXIT.refused;
  const { runRehearsal } = await import("../operations/run-rehearsal.ts");
  return runRehearsal("down", environment, { json });
});
