import { writeFileSync } from "node:fs";
import path from "node:path";
import { Option, type Command } from "commander";
import type { Comparisons } from "../against/contract.ts";
import { wantsColour } from "./colour.ts";
import type { PlanReport } from "./contract.ts";

/** Ways to write reports; each but the table is one document for all environments. */
const FORMATS = ["table", "json", "sarif", "junit", "html"] as const;
/** Ways to write a comparison. */
const AGAINST_FORMATS = ["table", "json", "markdown"] as const;
type Format = (typeof FORMATS)[number];
type AgainstFormat = (typeof AGAINST_FORMATS)[number];

export interface OutputOptions {
  readonly json?: boolean;
  readonly format?: Format | AgainstFormat;
  readonly output?: string;
}

/** Adds the options that say how reports are written, and where. @param more Formats beside those of every report. */
export function outputOptions(command: Command, more: readonly AgainstFormat[] = []): Command {
  const format = new Option("--format <format>", "how to write the report (default: table)");
  return command
    .option("--json", "the same as --format json; see docs/reference/plan.schema.json")
    .addOption(format.choices([...FORMATS, ...more]).conflicts("json"))
    .option("--output <path>", "a file for the report instead of standard output");
}

/** What is asked for can not be written so; the message names the ways there are. */
export class FormatError extends Error {
  override readonly name = "FormatError";
}

/**
 * Writes reports where the options say. A path is meant from where the command was typed.
 *
 * @throws FormatError for a format that only comparisons have.
 */
export async function writeReports(reports: readonly PlanReport[], options: OutputOptions): Promise<void> {
  const format = formatOf(options, FORMATS, "reports");
  write(await render(reports, format, colourOf(options)), options.output);
}

/** As {@link writeReports}, for a comparison. @throws FormatError for a format that only reports have. */
export async function writeComparisons(comparisons: Comparisons, options: OutputOptions): Promise<void> {
  const format = formatOf(options, AGAINST_FORMATS, "comparisons");
  write(await renderAgainst(comparisons, format, colourOf(options)), options.output);
}

function formatOf<F extends string>({ json, format }: OutputOptions, known: readonly F[], what: string): F {
  const wanted = format ?? (json === true ? "json" : "table");
  const found = known.find((each) => each === wanted);
  if (found !== undefined) return found;
  const has = `${known.slice(0, -1).join(", ")} and ${known.at(-1) ?? ""}`;
  throw new FormatError(
    `--format ${wanted}: ${what} are written as ${has} only${wanted === "markdown" ? "; add --against <git ref>" : ""}.`,
  );
}

const colourOf = ({ output }: OutputOptions): boolean => output === undefined && wantsColour(process.stdout);

/** Writes a text to standard output, or to the file that `--output` names. */
function write(text: string, output: string | undefined): void {
  if (output === undefined) process.stdout.write(text);
  else writeFileSync(path.resolve(process.env["INIT_CWD"] ?? process.cwd(), output), text);
}

/** Loads only the writer that is asked for: a plan has to be there in under two seconds. */
async function render(reports: readonly PlanReport[], format: Format, colour: boolean): Promise<string> {
  switch (format) {
    case "json":
      return (await import("./json.ts")).toJson(reports);
    case "sarif":
      return (await import("./sarif.ts")).toSarif(reports);
    case "junit":
      return (await import("./junit.ts")).toJunit(reports);
    case "html":
      return (await import("./page.ts")).toPage(reports);
    case "table": {
      const { toTable } = await import("./table.ts");
      return reports.map((report) => toTable(report, { colour })).join("\n");
    }
  }
}

async function renderAgainst(comparisons: Comparisons, format: AgainstFormat, colour: boolean): Promise<string> {
  switch (format) {
    case "json":
      return `${JSON.stringify(comparisons)}\n`;
    case "markdown":
      return (await import("../against/markdown.ts")).toMarkdown(comparisons);
    case "table":
      return (await import("../against/table.ts")).toTable(comparisons, { colour });
  }
}
