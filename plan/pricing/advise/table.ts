import CliTable from "cli-table3";
import picocolors from "picocolors";
import { wrap } from "../../report/text.ts";
import type { EnvironmentAdvice, ProfileAdvice } from "./contract.ts";

const WIDTH = 100;
const MOST_LINES = 3;

interface TableOptions {
  readonly colour: boolean;
}

const VERDICTS = {
  "self-hosted": "host it yourself",
  api: "buy an API",
  hybrid: "some of each",
  none: "no way is left",
} as const;

/** Advice on a profile for people, in 100 columns. */
export function profileTable(advice: ProfileAdvice, { colour }: TableOptions): string {
  const { bold, dim } = picocolors.createColors(colour);
  const { runtime, ways, thresholds } = advice;
  const waysTable = grid(["way", "workloads", "compute", "API", "labour", "€/month"]);
  for (const way of ways) {
    const served = way.workloads.map(({ name, by }) => `${name}: ${by}`).join("\n");
    waysTable.push([way.kind, served, way.computeEuros, way.apiEuros, way.labourEuros, way.totalEuros]);
  }
  const lines = grid(["question", "published", "today"]);
  for (const { question, published, today } of thresholds) lines.push([question, fold(published, 30), fold(today, 30)]);
  const learning = runtime.learningEuros;
  const cost = learning === null ? "" : ` (${learning.low} to ${learning.high} euros)`;
  return `${[
    `${bold(`${advice.profile}: ${VERDICTS[advice.recommendation]}`)}`,
    ...paragraph(advice.summary),
    "",
    ...advice.reasons.flatMap((reason) => paragraph(reason)),
    "",
    rowsOf(waysTable),
    "",
    `  Runtime: ${runtime.recommendation}${cost}`,
    ...runtime.reasons.flatMap((reason) => paragraph(reason)),
    "",
    rowsOf(lines),
    "",
    ...paragraph(advice.source).map(dim),
  ].join("\n")}\n`;
}

/** Savings of an environment for people, in 100 columns. */
export function environmentTable(advice: EnvironmentAdvice, { colour }: TableOptions): string {
  const { bold } = picocolors.createColors(colour);
  const head = bold(`${advice.environment}: ${advice.expectedEurosPerMonth} euros a month expected`);
  if (advice.savings.length === 0) return `${head}\n  No change is known that would save money.\n`;
  const table = grid(["saves €/month", "what", "change", "condition"]);
  for (const { what, change, condition, expectedEurosPerMonth } of advice.savings) {
    table.push([expectedEurosPerMonth, what, fold(change, 26), fold(condition, 34)]);
  }
  return `${head}\n  Savings, each counted alone:\n${rowsOf(table)}\n`;
}

const grid = (head: readonly string[]): CliTable.Table =>
  new CliTable({
    head: [...head],
    chars: NO_LINES,
    style: { head: [], border: [], "padding-left": 2, "padding-right": 0 },
  });

const NO_LINES = Object.fromEntries(
  ["top", "bottom", "mid", "left", "right", "middle"].flatMap((side) => [
    [side, ""],
    [`${side}-mid`, ""],
    [`${side}-left`, ""],
    [`${side}-right`, ""],
  ]),
);

const rowsOf = (table: CliTable.Table): string => table.toString().replaceAll(/ +$/gm, "");

const fold = (text: string, width: number): string => wrap(text, width, MOST_LINES + 1).join("\n");
const paragraph = (text: string): string[] => wrap(text, WIDTH - 2, MOST_LINES).map((line) => `  ${line}`);
