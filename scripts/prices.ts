import { statSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { CatalogueError } from "../plan/pricing/catalogue/check.ts";
import { loadCatalogue } from "../plan/pricing/catalogue/load.ts";
import { comparePrices, type Side } from "../plan/pricing/diff/compare.ts";
import { catalogueAt, RevisionError } from "../plan/pricing/diff/revision.ts";
import { toDiffTable } from "../plan/pricing/diff/table.ts";
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

await program.parseAsync();

async function diff(before: string, after: string | undefined, { json }: { readonly json?: boolean }): Promise<void> {
  try {
    const result = comparePrices(await sideOf(before), await sideOf(after));
    const { wantsColour } = await import("../plan/report/colour.ts");
    const colour = wantsColour(process.stdout);
    process.stdout.write(json === true ? `${JSON.stringify(result)}\n` : toDiffTable(result, { colour }));
  } catch (error) {
    if (!(error instanceof CatalogueError || error instanceof RevisionError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = BAD_INPUT;
  }
}

/** npm runs the verb in the project's folder; a folder is meant from where the command was typed. */
async function sideOf(place: string | undefined): Promise<Side> {
  if (place === undefined) return { name: "the working tree", catalogue: loadCatalogue({ today: today() }) };
  const folder = path.resolve(process.env["INIT_CWD"] ?? process.cwd(), place);
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  const catalogue = isFolder
    ? loadCatalogue({ today: today(), folders: [folder] })
    : await catalogueAt(place, { root, today: today() });
  return { name: place, catalogue };
}
