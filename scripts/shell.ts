import { describeRecovery, recover } from "../operations/recover.ts";
import { fileOption, ROOT, runVerb, verbCommand } from "../operations/run-verb.ts";
import { SANDBOX, selectEnvironment } from "../operations/select-environment.ts";
import { runShell } from "../operations/shell.ts";
import { layoutOf } from "../sandbox/session/layout.ts";
import { openSession } from "../sandbox/session/session.ts";
import { resolveTool } from "../sandbox/toolchain/resolve.ts";
import { beginVault } from "../sandbox/vault/state.ts";
import { hasVault } from "../stacks/spec/optional-parts.ts";
import { reportTool } from "../operations/tool-progress.ts";

/** `npm run shell`: a shell in which plain `pulumi` works on a rehearsed environment. */
const command = verbCommand("shell", "Open a shell in which plain pulumi reaches the simulated clouds.")
  .argument("[command...]", "runs this, and ends with its exit code")
  .option("--environment <name>", "the environment that is rehearsed", SANDBOX)
  .option("--file <path>", "an environment file from anywhere instead; works on a copy")
  .passThroughOptions()
  .addHelpText(
    "after",
    `
The environment file is copied once, when the shell opens. Nothing in it reaches a real cloud: your tokens stay outside.

Examples:
  npm run shell
  npm run -s shell -- pulumi preview -s sandbox
  npm run -s shell -- pulumi preview -s sandbox --policy-pack policies/pack
  npm run -s shell -- pulumi stack export -s sandbox | jq '.deployment.resources | length'`,
  );

await runVerb(command, async () => {
  const options = command.opts<{ environment: string; file?: string }>();
  const file = fileOption(options.file);
  const environment = await selectEnvironment(ROOT, file === undefined ? { name: options.environment } : { file });
  const pulumi = await resolveTool("pulumi", { onProgress: reportTool });
  if (hasVault(environment.spec)) beginVault(layoutOf(ROOT, environment.name).folder);
  await using session = await openSession({ root: ROOT, environment, pulumi, node: process.execPath });
  const recovery = await recover(session);
  if (recovery !== undefined) {
    process.stderr.write(`A run had been cut off: ${describeRecovery(recovery)}. \`pulumi refresh\` reads the rest.\n`);
  }
  return await runShell(session, { command: command.args });
});
