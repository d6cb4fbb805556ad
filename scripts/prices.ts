import { statSync } from "node:fs";
import path from "node:path";
import { Argument, Command } from "commander";
import { CatalogueError } from "../plan/pricing/catalogue/check.ts";
import { loadCatalogue } from "../plan/pricing/catalogue/load.ts";
import { comparePrices, type Side } from "../plan/pricing/diff/compare.ts";
import { catalogueAt, RevisionError } from "../plan/pricing/diff/revision.ts";
import type { PriceDiff } from "../plan/pricing/diff/contract.ts";
import { toDiffTable } from "../plan/pricing/diff/table.ts";
import { FeedError } from "../plan/pricing/refresh/feed.ts";
import { PROVIDERS, refresh, type RefreshedProvider } from "../plan/pricing/refresh/refresh.ts";
import { today } from "../plan/today.ts";

const BAD_INPUT = 2;
const root = path.join(import.meta.dirname, "..");

const program = new Command("npm run prices --")
  .description("Looks after the price catalogue.")
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : BAD_INPUT));

program
  .command("diff")
  .description("Shows which prices moved, in per cent, between two catalogues.")
  .argument("[before]", "a folder of price files, or a git revision", "HEAD")
  .argument("[after]", "the same (default: the working tree)")
  .option("--json", "write the comparison as JSON to standard output; see docs/reference/prices-diff.schema.json")
  .addHelpText(
    "after",
    `
Exit codes: 0 compared, moved or not; 2 bad input (then nothing is written to standard output).

Examples:
  npm run prices -- diff
  npm run prices -- diff main
  npm run -s prices -- diff v0.1.0 HEAD --json | jq '.changed[] | select(.fields[].percent)'`,
  )
  .action(diff);

program
  .command("refresh")
  .description("Reads the providers' price APIs and writes what they say into the catalogue, with its source and day.")
  .addArgument(new Argument("[provider...]", "whose prices to read (default: all)").choices(PROVIDERS))
  .option("--spot-history <path>", "answer of `aws ec2 describe-spot-price-history --output json`, for spot prices")
  .option("--dry-run", "show what moved and write nothing", false)
  .option("--catalogue <path>", "a folder of price files instead of the project's own")
  .option("--hetzner <url>", "where Hetzner's API is", "https://api.hetzner.cloud")
  .option("--aws <url>", "where AWS's price list is", "https://pricing.us-east-1.amazonaws.com")
  .option("--json", "write the comparison as JSON to standard output; see docs/reference/prices-diff.schema.json")
  .addHelpText(
    "after",
    `
Needs the network, and for Hetzner a token of any project in HCLOUD_TOKEN; AWS's price list needs none. All is read and
checked before the first file is written. Cloudflare, GPU clouds and token APIs have no price API: their files are kept
by hand.

Exit codes: 0 read, moved or not; 2 something could not be read (then nothing is written).

Examples:
  npm run prices -- refresh
  npm run prices -- refresh aws --dry-run
  npm run prices -- refresh aws --spot-history /tmp/spot.json`,
  )
  .action(refreshAll);

await program.parseAsync();

interface RefreshFlags {
  readonly spotHistory?: string;
  readonly dryRun: boolean;
  readonly catalogue?: string;
  readonly hetzner: string;
  readonly aws: string;
  readonly json?: boolean;
}

async function refreshAll(providers: readonly RefreshedProvider[], flags: RefreshFlags): Promise<void> {
  const { spotHistory, dryRun, catalogue, hetzner, aws } = flags;
  await report(flags, async () => {
    const endpoints = { hetzner: addressOf("--hetzner", hetzner), aws: addressOf("--aws", aws) };
    return refresh({
      providers: providers.length === 0 ? PROVIDERS : providers,
      today: today(),
      endpoints,
      hetznerToken: process.env["HCLOUD_TOKEN"],
      spotHistory: spotHistory === undefined ? undefined : placeOf(spotHistory),
      folder: catalogue === undefined ? undefined : placeOf(catalogue),
      dryRun,
    }).catch((error: unknown) => {
      if (!(error instanceof FeedError)) throw error;
      throw new FeedError(`${error.message}\nNothing was written: the catalogue is as it was.`, { cause: error });
    });
  });
}

function addressOf(option: string, text: string): URL {
  const address = URL.parse(text);
  if (address === null)
    throw new FeedError(`${option} is ${JSON.stringify(text)}, expected an address such as https://…`);
  return address;
}

async function diff(before: string, after: string | undefined, flags: { readonly json?: boolean }): Promise<void> {
  await report(flags, async () => comparePrices(await sideOf(before), await sideOf(after)));
}

async function report({ json }: { readonly json?: boolean }, compare: () => Promise<PriceDiff>): Promise<void> {
  try {
    const result = await compare();
    const { wantsColour } = await import("../plan/report/colour.ts");
    const colour = wantsColour(process.stdout);
    process.stdout.write(json === true ? `${JSON.stringify(result)}\n` : toDiffTable(result, { colour }));
  } catch (error) {
    const kinds = [CatalogueError, RevisionError, FeedError];
    if (!(error instanceof Error) || !kinds.some((kind) => error instanceof kind)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = BAD_INPUT;
  }
}

/** npm runs the verb in the project's folder; a path is meant from where the command was typed. */
function placeOf(place: string): string {
  return path.resolve(process.env["INIT_CWD"] ?? process.cwd(), place);
}

async function sideOf(place: string | undefined): Promise<Side> {
  if (place === undefined) return { name: "the working tree", catalogue: loadCatalogue({ today: today() }) };
  const folder = placeOf(place);
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  const catalogue = isFolder
    ? loadCatalogue({ today: today(), folders: [folder] })
    : await catalogueAt(place, { root, today: today() });
  return { name: place, catalogue };
}
