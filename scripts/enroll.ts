import path from "node:path";
import type { Enrolment } from "../operations/enroll/report.ts";
import { runEnroll } from "../operations/enroll/run.ts";
import { EXIT, InputError } from "../operations/errors.ts";
import { fileOption, ROOT, runVerb, verbCommand } from "../operations/run-verb.ts";
import { selectEnvironment } from "../operations/select-environment.ts";

interface Options {
  readonly out?: string;
  readonly keyFile?: string;
  readonly confirm?: string;
  readonly lost: boolean;
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
  .option("--lost", "the machine is gone: sets the node to lost", false)
  .option("--file <path>", "an environment file from anywhere instead")
  .option("--dry-run", "check everything, mint no key and write nothing", false)
  .option("--json", "write a report as JSON, and nothing else, to standard output", false)
  .addHelpText(
    "after",
    `
The script holds a mesh key that works once and for an hour: it is written with mode 0600, and a new one is a matter of
running this again. On the host, as root: \`sh <script> --dry-run\`, then \`sh <script>\`. It checks the host against its
pool before it changes anything, can be run again at any time and goes on where it stopped. docs/enrolment.md has more.

Exit codes: 0 done, 2 bad input (then nothing is written).

Examples:
  npm run enroll -- factory plant-a
  npm run enroll -- factory plant-a --confirm report.json
  npm run enroll -- factory plant-b --lost`,
  );

await runVerb(command, async () => {
  const { out, keyFile, confirm, lost, file, dryRun, json } = command.opts<Options>();
  const [name = "", node = ""] = command.args;
  if (lost && confirm !== undefined)
    throw new InputError("a node is either confirmed or lost: give one of --confirm and --lost.");
  const environment = await selectEnvironment(ROOT, { name, file: fileOption(file) });
  const enrolment = await runEnroll(environment, {
    node,
    out: fileOption(out ?? path.basename(`enroll-${name}-${node}.sh`)) ?? "",
    keyFile: keyFile === "-" ? keyFile : fileOption(keyFile),
    confirm: fileOption(confirm),
    lost,
    dryRun,
    variables: process.env,
    now: new Date(),
  });
  process.stdout.write(json ? `${JSON.stringify(enrolment)}\n` : toText(name, enrolment));
  return EXIT.ok;
});

function toText(environment: string, { node, state, script, keyExpires, changed }: Enrolment): string {
  if (script === undefined) {
    return changed
      ? `${node} is ${state}. Commit the environment file.\n`
      : `${node} is ${state}; nothing was written.\n`;
  }
  const copied = path.basename(script);
  return `${script} is good until ${keyExpires ?? ""}.
Copy it to the host and run it there as root:
  scp ${script} <host>: && ssh <host> sudo sh ${copied}
Then bring back /var/lib/splitfleet/enroll/report.json:
  npm run enroll -- ${environment} ${node} --confirm report.json
`;
}
