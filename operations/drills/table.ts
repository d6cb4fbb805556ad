import picocolors from "picocolors";
import { cut, wrap } from "../../plan/report/text.ts";
import { minutes } from "./judge.ts";
import type { CaseReport, DrillReport } from "./report.ts";
import { verdictText } from "./words.ts";

const WIDTH = 100;

type Colours = ReturnType<typeof picocolors.createColors>;

/** Drills for people: a line each, below it why it has failed or can not be had, and what it has cost. */
export function toTable(report: DrillReport, { colour }: { readonly colour: boolean }): string {
  const colours = picocolors.createColors(colour);
  const { bold, green, red, yellow } = colours;
  const paint = { passed: green, failed: red, undecided: yellow }[report.verdict];
  const width = Math.max(0, ...report.drills.map((each) => titleOf(each).length));
  return [
    `${bold(report.environment)}: ${paint(verdictText(report))} (${(report.durationMs / 1000).toFixed(1)} s)`,
    "",
    ...report.drills.flatMap((each) => linesOf(each, Math.min(width, 40), colours)),
    "",
    ...wrap(`Times are simulated: ${paceText(report)}.`, WIDTH, 2),
    "",
  ].join("\n");
}

const titleOf = ({ drill, subject }: CaseReport): string => (subject === "" ? drill : `${drill}, ${subject}`);

function linesOf(each: CaseReport, width: number, { green, red, yellow, dim }: Colours): string[] {
  const mark = { passed: green("✔"), failed: red("✖"), "not-here": yellow("-") }[each.verdict];
  const took = {
    passed: `recovered in ${minutes(each.recoverySeconds ?? 0)} min`,
    failed: "failed",
    "not-here": "not here",
  };
  const below = [...each.reasons, ...each.notes].flatMap((text) => wrap(text, WIDTH - 6, 3));
  return [
    `  ${mark} ${cut(titleOf(each), width).padEnd(width)}  ${took[each.verdict]}`,
    ...below.map((line) => `      ${each.verdict === "failed" ? line : dim(line)}`),
  ];
}

const paceText = ({ drills }: DrillReport): string => {
  const real = drills.filter(({ pace }) => pace === 1).map(({ drill }) => drill);
  const except = real.length === 0 ? "" : `, but for ${[...new Set(real)].join(" and ")}, where nothing is hurried`;
  return `a second here stands for a minute${except}`;
};
