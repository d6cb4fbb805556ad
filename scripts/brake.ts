import { type ModeOptions, runBrake } from "../operations/mode/run.ts";
import { onEnvironment, runVerb, verbCommand } from "../operations/run-verb.ts";

/** `npm run brake`: stops what burns money beyond the floor, in any environment. */
const command = onEnvironment(
  verbCommand("brake", "Hold every queue, stop admitted runs, and set what scales to its floor, until --release."),
)
  .option("--release", "let runs start and endpoints scale again")
  .option("--yes", "do not ask before a live run")
  .addHelpText(
    "after",
    `
Kueue takes running jobs back into their queues; those that write checkpoints go on from the last one. Without pods to
place, the autoscaler ends burst nodes by itself. Endpoints go on answering with their fewest replicas. The next
\`npm run up\` releases the brake as well; \`mode: braked\` in \`environment\` of the file holds it.

Exit codes: 0 done, 1 it failed or breaks a rule, 2 bad input (nothing was changed), 130 stopped with Ctrl-C.

Examples:
  npm run brake -- factory
  npm run brake -- factory --release`,
  );

await runVerb(command, () => runBrake(command.args[0], command.opts<ModeOptions & { readonly release?: boolean }>()));
