import { fileOption, runVerb, ROOT, verbCommand, type VerbOptions } from "../operations/run-verb.ts";
import { SANDBOX, selectEnvironment } from "../operations/select-environment.ts";
import { InputError } from "../operations/errors.ts";

interface Options extends VerbOptions {
  readonly dryRun?: boolean;
  readonly deleteData?: readonly string[];
}

/** `npm run replace`: makes one node anew, and loses nothing that was not named. */
const command = verbCommand("replace", "Make one node anew: drained, removed, created, ready.")
  .argument("<environment>", "name of a file stacks/Pulumi.<environment>.yaml, such as sandbox")
  .argument("<node>", "the node's name, such as inference-1; `npm run status` lists them")
  .option("--delete-data <name...>", "workloads whose data on the node has no backup and may go; `all` for every one")
  .option("--dry-run", "say what would happen, what it costs and what is lost; change nothing")
  .option("--file <path>", "an environment file from anywhere, whose name <environment> then is")
  .option(
    "--json",
    "write a report as JSON, and nothing else, to standard output; see docs/reference/replace.schema.json",
  )
  .option("--rehearse", "run against the simulated clouds; the sandbox always does")
  .option("--yes", "do not ask; the sandbox never asks")
  .addHelpText(
    "after",
    `
Refused where etcd would lose its majority, another node of the pool is away, a disruption budget can not hold, or data
without a backup was not named. A run that was interrupted is taken up by the next one, at the step that was not done.

Exit codes: 0 replaced, 1 a step has failed (the next run goes on), 2 refused or bad input (nothing was touched), 130
stopped with Ctrl-C.

Examples:
  npm run replace -- sandbox inference-1
  npm run replace -- production operations-2 --dry-run
  npm run replace -- starter inference-1 --rehearse --delete-data all`,
  );

await runVerb(command, async () => {
  const {
    json = false,
    dryRun = false,
    yes = false,
    rehearse = false,
    deleteData = [],
    file,
  } = command.opts<Options>();
  const [name, node = ""] = command.args;
  const environment = await selectEnvironment(ROOT, { name, file: fileOption(file) });
  const rehearsed = rehearse || environment.name === SANDBOX;
  if (file !== undefined && !rehearsed) {
    throw new InputError("--file works on a copy, as a rehearsal does: add --rehearse, or put the file into stacks/.");
  }
  const { runReplace } = await import("../operations/nodes/replace/run.ts");
  return runReplace(environment, { node, rehearsed, dryRun, yes, json, deleteData });
});
