import "../plan/recorder/lean-sdk.ts";
import { Option } from "commander";
import { COMPONENTS, type Component } from "../operations/nodes/upgrade/plan.ts";
import { runUpgrade } from "../operations/nodes/upgrade/run.ts";
import { fileOption, onEnvironment, ROOT, runVerb, verbCommand, type VerbOptions } from "../operations/run-verb.ts";
import { SANDBOX, selectEnvironment } from "../operations/select-environment.ts";

interface Options extends VerbOptions {
  readonly component?: Component;
  readonly dryRun?: boolean;
  readonly now?: boolean;
}

/** `npm run upgrade`: brings running nodes to the versions of the lock, one at a time. */
const command = onEnvironment(verbCommand("upgrade", "Bring nodes to the versions of the lock, one node at a time."))
  .addOption(new Option("--component <name>", "this alone; all of them unless given").choices([...COMPONENTS]))
  .option("--dry-run", "show what would be upgraded, in order, and change nothing")
  .option("--now", "update the operating system outside the maintenance window as well")
  .option("--yes", "do not ask; the sandbox never asks")
  .addHelpText(
    "after",
    `
Run \`npm run resolve\` for newer versions and \`npm run up\` first, which brings them to the nodes without starting them.
k3s goes to servers and then to agents, after a snapshot of etcd; Vault to those that stand by and then to the one that
leads. A node that does not become healthy goes back, and the run stops there; the same command goes on.

Exit codes: 0 done, 1 stopped at a node, 2 refused before anything was changed, 130 stopped with Ctrl-C.

Examples:
  npm run upgrade -- production --dry-run
  npm run upgrade -- production --component k3s
  npm run upgrade -- factory --rehearse --yes`,
  );

await runVerb(command, async () => {
  const options = command.opts<Options>();
  const { json = false, rehearse = false, yes = false, dryRun = false, now = false, component } = options;
  const environment = await selectEnvironment(ROOT, { name: command.args[0], file: fileOption(options.file) });
  const components = component === undefined ? COMPONENTS : [component];
  const rehearsed = rehearse || environment.name === SANDBOX;
  return runUpgrade(environment, { components, rehearsed, dryRun, yes, json, now });
});
