import { fileOption, runVerb, ROOT, verbCommand, type VerbOptions } from "../operations/run-verb.ts";
import { selectEnvironment } from "../operations/select-environment.ts";

/** `npm run drill`: injects faults into a rehearsed environment and says whether it comes through. */
const command = verbCommand("drill", "Inject faults into a rehearsed environment, and say whether it comes through.")
  .argument("<environment>", "name of a file stacks/Pulumi.<environment>.yaml, such as sandbox")
  .argument("[drill...]", "names of drills, such as node-loss")
  .option("--all", "every drill that the environment can have")
  .option("--file <path>", "an environment file from anywhere, whose name <environment> then is")
  .option("--html <path>", "write the report as one self-contained page with timelines as well")
  .option(
    "--json",
    "write the report as JSON, and nothing else, to standard output; see docs/reference/drill.schema.json",
  )
  .addHelpText(
    "after",
    `
Drills run in a rehearsal of their own on a real Kubernetes control plane, and leave nothing behind. Needs Linux. What
each of them does and proves: docs/drills.md. Without a name, it lists them.

Exit codes: 0 every drill that can be had has passed; 1 one has failed; 2 one that was named can not be had, the
environment did not come up, or bad input; 130 stopped with Ctrl-C.

Examples:
  npm run drill -- sandbox --all
  npm run drill -- sandbox node-loss drift --html /tmp/drills.html
  npm run -s drill -- sandbox spot-reclaim --json | jq '.drills[].timeline'`,
  );

interface DrillVerbOptions extends VerbOptions {
  readonly all?: boolean;
  readonly html?: string;
}

await runVerb(command, async () => {
  const { json = false, all = false, file, html } = command.opts<DrillVerbOptions>();
  const [name, ...names] = command.args;
  const environment = await selectEnvironment(ROOT, { name, file: fileOption(file), leave: ["capacity"] });
  const { runDrillVerb } = await import("../operations/drills/run.ts");
  return runDrillVerb(environment, { names, all, json, html: fileOption(html) });
});
