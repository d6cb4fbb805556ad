import { parseLayer } from "../operations/layers/targets.ts";
import {
  fileOption,
  onEnvironment,
  onLayer,
  ROOT,
  runVerb,
  verbCommand,
  type VerbOptions,
} from "../operations/run-verb.ts";
import { SANDBOX, selectEnvironment } from "../operations/select-environment.ts";

/** `npm run preview`: what `up` would do, as the engine sees it. Changes nothing. */
const command = onLayer(
  onEnvironment(verbCommand("preview", "Show what `up` would do to what exists. Changes nothing.")),
)
  .option("--drift", "read what really exists first, and end with exit code 1 if anything would change")
  .addHelpText(
    "after",
    `
Unlike \`npm run plan\`, this starts the engine and compares with the stack's state.

With --drift a difference is either a change of the files that has not been brought up, or one that somebody has made
beside them; \`npm run audit\` tells what the rules say of what exists.

Exit codes: 0 done, 1 it failed, breaks a rule or (with --drift) would change something, 2 bad input.

Examples:
  npm run preview
  npm run preview -- production --rehearse
  npm run preview -- production --only networks
  npm run preview -- production --drift`,
  );

await runVerb(command, async () => {
  const options = command.opts<VerbOptions & { drift?: boolean }>();
  const { json = false, file, rehearse = false, drift = false, only: layer } = options;
  const only = layer === undefined ? undefined : parseLayer(layer);
  const environment = await selectEnvironment(ROOT, { name: command.args[0], file: fileOption(file) });
  if (rehearse || environment.name === SANDBOX) {
    const { runRehearsal } = await import("../operations/run-rehearsal.ts");
    return runRehearsal("preview", environment, { json, drift, only });
  }
  const { runLive } = await import("../operations/run-live.ts");
  return runLive("preview", environment, { file, json, yes: false, drift, only });
});
