import "../plan/recorder/lean-sdk.ts";
import { fileOption, onEnvironment, ROOT, runVerb, verbCommand, type VerbOptions } from "../operations/run-verb.ts";
import { SANDBOX, selectEnvironment } from "../operations/select-environment.ts";

interface Options extends VerbOptions {
  readonly dryRun?: boolean;
  readonly deleteData?: readonly string[];
  readonly cluster: boolean;
}

/** `npm run down`: destroys all of an environment, and sweeps what its controllers have left. */
const command = onEnvironment(verbCommand("down", "Destroy an environment: the sandbox, unless another is named."))
  .option("--delete-data <name...>", "what holds data and may go all the same; `all` for everything that does")
  .option("--dry-run", "show what would go, what holds data, and what would not be touched")
  .option("--no-cluster", "ask nothing of a live cluster; what its controllers made is found by its label alone")
  .option("--yes", "do not ask; the sandbox never asks, nor does a rehearsal whose data was named")
  .addHelpText(
    "after",
    `
In this order: what the cluster's controllers have made at a cloud, the stack, then a sweep of each provider by the label
splitfleet/environment. What says another environment, or none, is listed and never touched. A run that was stopped is
taken up by the next one.

Exit codes: 0 nothing is left, 1 it failed or something may go on billing, 2 bad input, not agreed to, or data that was
not named (nothing was touched), 130 stopped with Ctrl-C.

Examples:
  npm run down
  npm run down -- production --dry-run
  npm run down -- production --delete-data operations postgres
  npm run down -- factory --rehearse --delete-data all`,
  );

await runVerb(command, async () => {
  const options = command.opts<Options>();
  const { json = false, rehearse = false, yes = false, dryRun = false, deleteData = [], cluster } = options;
  const file = fileOption(options.file);
  const environment = await selectEnvironment(ROOT, { name: command.args[0], file });
  const settings = { file, json, yes, dryRun, deleteData };
  if (rehearse || environment.name === SANDBOX) {
    const { rehearseDown } = await import("../operations/down/run.ts");
    return rehearseDown(environment, settings);
  }
  const { liveDown } = await import("../operations/down/run-live.ts");
  return liveDown(environment, { ...settings, withoutCluster: !cluster });
});
