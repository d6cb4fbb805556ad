import path from "node:path";
import type { Enrolment } from "../operations/enroll/report.ts";
import { runEnroll } from "../operations/enroll/run.ts";
import { EXIT, InputError } from "../operations/errors.ts";
import { fileOption, ROOT, runVerb, verbCommand } from "../operations/run-verb.ts";
import type { NodeControl } from "../operations/nodes/control.ts";
import { SANDBOX, selectEnvironment } from "../operations/select-environment.ts";
import type { Environment } from "../stacks/environment-file.ts";

interface Options {
  readonly out?: string;
  readonly keyFile?: string;
  readonly confirm?: string;
  readonly lost: boolean;
  readonly admit: boolean;
  readonly file?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** `npm run enroll`: makes a machine of one's own a node. */
const command = verbCommand(
  "enroll",
  "Write the script that makes a machine of your own a node, or note what became of it.",
)
  .argument("<environment>", "name of a file stacks/Pulumi.<environment>.yaml")
  .argument("<node>", "<pool>-<id>, as `pools` declares it")
  .option("--out <path>", "where the script goes (default: enroll-<environment>-<node>.sh)")
  .option("--key-file <path>", "a mesh key that you minted yourself, or - for standard input")
  .option("--confirm <report>", "the report.json of the host: sets the node to enrolled in the environment file")
  .option("--admit", "give the host, which waits in the mesh, what it joins the cluster with", false)
  .option("--lost", "the machine is gone: sets the node to lost", false)
  .option("--file <path>", "an environment file from anywhere instead")
  .option("--dry-run", "check everything, mint no key, write no file, and print the script", false)
  .option("--json", "write a report as JSON, and nothing else, to standard output", false)
  .addHelpText(
    "after",
    `
The script holds a mesh key that works once and for an hour: it is written with mode 0600, and a new one is a matter of
running this again. On the host, as root: \`sh <script> --dry-run\`, then \`sh <script>\`. It checks the host against its
pool before it changes anything, can be run again at any time and goes on where it stopped. docs/enrolment.md has more.

While it runs, --admit lets the host into the cluster from here, over the mesh: with VAULT_TOKEN in the environment, Vault
issues a secret id that works once, and the host fetches the agents' token with it.

Exit codes: 0 done, 2 bad input (then nothing is written).

Examples:
  npm run enroll -- factory plant-a
  npm run enroll -- factory plant-a --admit
  npm run enroll -- factory plant-a --confirm report.json
  npm run enroll -- factory plant-b --lost`,
  );

await runVerb(command, async () => {
  const { out, keyFile, confirm, lost, admit, file, dryRun, json } = command.opts<Options>();
  const [name = "", node = ""] = command.args;
  if ([lost, admit, confirm !== undefined].filter(Boolean).length > 1)
    throw new InputError("a node is either admitted, confirmed or lost: give one of --admit, --confirm and --lost.");
  const environment = await selectEnvironment(ROOT, { name, file: fileOption(file) });
  const enrolment = await runEnroll(environment, {
    node,
    out: fileOption(out ?? path.basename(`enroll-${name}-${node}.sh`)) ?? "",
    keyFile: keyFile === "-" ? keyFile : fileOption(keyFile),
    confirm: fileOption(confirm),
    lost,
    admit: admit ? await controlOf(environment) : undefined,
    dryRun,
    variables: process.env,
    now: new Date(),
  });
  process.stdout.write(json ? `${JSON.stringify(enrolment)}\n` : toText(name, enrolment));
  return EXIT.ok;
});

async function controlOf(environment: Environment): Promise<NodeControl> {
  const { openNodes } = await import("../operations/nodes/open-fleet.ts");
  return openNodes(environment, { rehearsed: environment.name === SANDBOX }).control;
}

function toText(
  environment: string,
  { node, state, script, preview, keyExpires, admitted, changed }: Enrolment,
): string {
  if (admitted !== undefined) {
    return admitted
      ? `${node} has what it joins the cluster with; its script goes on by itself.\n`
      : `${node} would be admitted; nothing was done.\n`;
  }
  if (preview !== undefined) return preview;
  if (script === undefined) {
    return changed
      ? `${node} is ${state}. Commit the environment file.\n`
      : `${node} is ${state}; nothing was written.\n`;
  }
  const copied = path.basename(script);
  return `${script} is good until ${keyExpires ?? ""}.
Copy it to the host and run it there as root:
  scp ${script} <host>: && ssh <host> sudo sh ${copied}
While it waits for the cluster's token, from here:
  npm run enroll -- ${environment} ${node} --admit
Then bring back /var/lib/splitfleet/enroll/report.json:
  npm run enroll -- ${environment} ${node} --confirm report.json
`;
}
