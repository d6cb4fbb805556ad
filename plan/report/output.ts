import { writeFileSync } from "node:fs";
import path from "node:path";
import { Option, type Command } from "commander";
import { wantsColour } from "./colour.ts";
import type { PlanReport } from "./contract.ts";

/** Ways to write reports; each but the table is one document for all environments. */
const FORMATS = ["table", "json", "sarif", "junit", "html"] as const;
type Format = (typeof FORMATS)[number];

export interface OutputOptions {
  readonly json?: boolean;
  readonly format?: Format;
  readonly output?: string;
}

/** Adds the options that say how reports are written, and where. */
export function outputOptions(command: Command): Command {
  return command
    .option("--json", "the same as --format json; see docs/reference/plan.schema.json")
    .addOption(
      new Option("--format <format>", "how to write the report (default: table)").choices(FORMATS).conflicts("json"),
    )
    .option("--output <path>", "a file for the report instead of standard output");
}

/** Writes reports where the options say. A path is meant from where the command was typed. */
export async function writeReports(reports: readonly PlanReport[], options: OutputOptions): Promise<void> {
  const { json = false, format = json ? "json" : "table", output } = options;
  const colour = output === undefined && wantsColour(process.stdout);
  write(await render(reports, format, colour), output);
}

/** Writes a text to standard output, or to the file that `--output` names. */
export function write(text: string, output: string | undefined): void {
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
