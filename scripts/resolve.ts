import { Option } from "commander";
import { awsCli } from "../operations/resolve/aws-cli.ts";
import { createAsk } from "../operations/resolve/ask.ts";
import { IMAGE_LIST } from "../operations/resolve/image-list.ts";
import { type Part, PARTS } from "../operations/resolve/part.ts";
import { toText } from "../operations/resolve/report.ts";
import { resolveLock } from "../operations/resolve/resolve.ts";
import { EXIT } from "../operations/errors.ts";
import { fileOption, ROOT, runVerb, verbCommand } from "../operations/run-verb.ts";
import { environmentFile, SANDBOX } from "../operations/select-environment.ts";
import { loadCatalogue } from "../plan/pricing/catalogue/load.ts";
import { today } from "../plan/today.ts";

interface Options {
  readonly file?: string;
  readonly only?: Part;
  readonly keep: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** `npm run resolve`: what stock or time decides, looked up once and committed beside the environment. */
const command = verbCommand("resolve", "Look up machines, image digests and checksums, and write them to the lock.")
  .argument("[environment]", "name of a file stacks/Pulumi.<environment>.yaml (default: sandbox)")
  .option("--file <path>", "an environment file from anywhere instead; its lock is written beside it")
  .addOption(new Option("--only <part>", "resolve one part of the lock").choices(PARTS))
  .option("--keep", "look up only what the lock lacks or the environment no longer allows", false)
  .option("--dry-run", "show what would change and write nothing", false)
  .option("--json", "write the report as JSON, and nothing else, to standard output", false)
  .addHelpText(
    "after",
    `
Pools: Hetzner is asked with the token in HCLOUD_TOKEN, AWS through the AWS CLI. A pool whose provider can not be asked is
left as it is, and the report says so. A pool keeps its server type while that can be ordered; else it gets the first
orderable one of its list, and the report shows which nodes are resized or replaced, and at what price.
Images: the digest behind each tag of components/workloads/images.yaml. Binaries: the vendors' checksums.
Either all that was asked for is found, or nothing is written.

Exit codes: 0 looked up, changed or not; 2 something could not be looked up, or bad input (then nothing is written).

Examples:
  npm run resolve -- production
  npm run resolve -- production --only images --dry-run
  npm run resolve -- factory --keep`,
  );

await runVerb(command, async () => {
  const { file, only, keep, dryRun, json } = command.opts<Options>();
  const report = await resolveLock({
    file: fileOption(file) ?? environmentFile(ROOT, command.args[0] ?? SANDBOX),
    imageList: IMAGE_LIST,
    only,
    keep,
    dryRun,
    today: today(),
    ask: createAsk(),
    aws: awsCli(),
    catalogue: loadCatalogue({ today: today() }),
    hetznerToken: process.env["HCLOUD_TOKEN"],
  });
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : toText(report));
  return EXIT.ok;
});
