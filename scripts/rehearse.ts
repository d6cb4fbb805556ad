import { fileOption, runVerb, ROOT, verbCommand, type VerbOptions } from "../operations/run-verb.ts";
import { selectEnvironment } from "../operations/select-environment.ts";

/** `npm run rehearse`: brings an environment up on the real Kubernetes control plane and says whether it fits. */
const command = verbCommand(
  "rehearse",
  "Bring an environment up on a real Kubernetes control plane with simulated nodes, and say whether it fits.",
)
  .argument("[environment]", "name of a file stacks/Pulumi.<environment>.yaml (default: the sandbox)")
  .option("--file <path>", "an environment file from anywhere instead")
  .option("--html <path>", "write the report as one self-contained page as well")
  .option(
    "--json",
    "write the report as JSON, and nothing else, to standard output; see docs/reference/rehearsal.schema.json",
  )
  .addHelpText(
    "after",
    `
Runs in a folder of its own, so it touches neither the sandbox nor another rehearsal, and leaves nothing behind. Needs
Linux. What it runs and what it proves: docs/rehearsal.md.

Exit codes: 0 it fits; 1 something was refused, has no room or passes that should not; 2 it could not be decided, or bad
input; 130 stopped with Ctrl-C.

Examples:
  npm run rehearse
  npm run rehearse -- sandbox --html /tmp/sandbox.html
  npm run -s rehearse -- sandbox --json | jq -r .verdict
  npm run rehearse -- --file /tmp/Pulumi.trial.yaml`,
  );

await runVerb(command, async () => {
  const { json = false, file, html } = command.opts<VerbOptions & { readonly html?: string }>();
  const choice = { name: command.args[0], file: fileOption(file), leave: ["capacity"] } as const;
  const environment = await selectEnvironment(ROOT, choice);
  const { runRehearsal } = await import("../operations/rehearsal/run.ts");
  return runRehearsal(environment, { json, html: fileOption(html) });
});
