import picocolors from "picocolors";
import type { Cost } from "../../policies/cost.ts";
import type { Finding } from "../../policies/finding.ts";
import { count } from "../../stacks/words.ts";
import type { Overview, PlanReport } from "./contract.ts";
import { amount, sharesOf, together, type CostShare } from "./shares.ts";
import { cut, wrap } from "./text.ts";
import { verdictText } from "./verdict.ts";

export interface TableOptions {
  readonly colour: boolean;
}

const MAX_LINES = 40;
const WIDTH = 100;
const MAX_COST_LINES = 12;
const INDENT = "    ";
/** Width of the titles in front of the overview's lines. */
const TITLE = 20;
const MAX_OVERVIEW_LINES = 2;

type Colours = ReturnType<typeof picocolors.createColors>;

/** One environment for people: at most 40 lines of 100 columns; the verdict, the cost by pool, the worst findings. */
export function toTable(report: PlanReport, { colour }: TableOptions): string {
  const colours = picocolors.createColors(colour);
  const head = [
    verdict(report, colours),
    "",
    ...costLines(report.cost, colours),
    "",
    ...overviewLines(report.overview, colours),
  ];
  const findings = findingLines(report.findings, MAX_LINES - head.length - 1, colours);
  return `${[...head, ...(findings.length > 0 ? ["", ...findings] : [])].join("\n")}\n`;
}

function verdict(report: PlanReport, { bold, red, yellow, green }: Colours): string {
  const { environment, summary } = report;
  const colour = { pass: green, findings: red, undecided: yellow }[summary.verdict];
  return `${bold(environment)}: ${count(summary.resources, "resource")}; ${colour(verdictText(report))}`;
}

const COLUMNS = [
  { title: "expected €/h", of: ({ expected }: CostShare) => expected.hourly },
  { title: "€/month", of: ({ expected }: CostShare) => expected.monthly },
  { title: "worst €/h", of: ({ worst }: CostShare) => worst.hourly },
  { title: "€/month", of: ({ worst }: CostShare) => worst.monthly },
] as const;

function costLines(cost: Cost, { dim, bold }: Colours): string[] {
  const shares = sharesOf(cost);
  const shown =
    shares.length > MAX_COST_LINES
      ? [
          ...shares.slice(0, MAX_COST_LINES - 1),
          together(`${shares.length - MAX_COST_LINES + 1} more`, shares.slice(MAX_COST_LINES - 1)),
        ]
      : shares;
  const total = { name: "total, net of tax", ...cost };
  const titles = COLUMNS.map(({ title }) => title);
  const cells = (share: CostShare): string[] => COLUMNS.map(({ of }) => amount(of(share)));
  return [
    dim(costLine("", titles)),
    ...shown.map((share) => costLine(share.name, cells(share))),
    bold(costLine(total.name, cells(total))),
  ];
}

const costLine = (name: string, cells: readonly string[]): string =>
  `  ${name.slice(0, 36).padEnd(36)}${cells.map((cell) => cell.padStart(15)).join("")}`;

/** Whom there is to deal with, and whose the expected month is. */
function overviewLines({ providers, keys, bills, layers, allocation }: Overview, { dim }: Colours): string[] {
  const { teams, idle, unassigned } = allocation;
  const named = (name: string, euros: string, more = ""): string => `${name} ${amount(euros)}${more}`;
  const ofShared = (shared: string): string => (Number(shared) === 0 ? "" : ` (${amount(shared)} of it shared)`);
  const lines: readonly (readonly [string, readonly string[]])[] = [
    ["to deal with", [count(providers.length, "provider"), count(keys.length, "key"), count(bills.length, "bill")]],
    [
      "€/month by layer",
      layers.filter(({ euros }) => Number(euros) > 0).map(({ layer, euros }) => named(layer, euros)),
    ],
    ["€/month by team", teams.map(({ team, total, shared }) => named(team, total, ofShared(shared)))],
    [
      "€/month of nobody",
      [
        ...idle.map(({ pool, euros, memoryShare }) => named(pool, euros, ` (${Math.round(memoryShare * 100)} % idle)`)),
        ...(Number(unassigned) === 0 ? [] : [named("unassigned", unassigned)]),
      ],
    ],
  ];
  return lines
    .filter(([, parts]) => parts.length > 0)
    .flatMap(([title, parts]) => {
      const [first = "", ...more] = wrap(parts.join(", "), WIDTH - TITLE - 2, MAX_OVERVIEW_LINES);
      return [`  ${dim(title.padEnd(TITLE))}${first}`, ...more.map((line) => " ".repeat(TITLE + 2) + line)];
    });
}

/** As many findings as fit, each whole; the last line says how many do not. */
function findingLines(findings: readonly Finding[], available: number, colours: Colours): string[] {
  const blocks = findings.map((finding) => block(finding, colours));
  const fits = (lines: readonly string[], room: number): boolean => lines.length <= room;
  const shown: string[] = [];
  for (const [index, lines] of blocks.entries()) {
    const isLast = index === blocks.length - 1;
    if (!fits([...shown, ...lines], isLast ? available : available - 1)) {
      return [...shown, colours.dim(`  … and ${blocks.length - index} more; --json lists all of them`)];
    }
    shown.push(...lines);
  }
  return shown;
}

function block({ rule, level, severity, urn, path, message, fix }: Finding, { red, yellow, dim }: Colours): string[] {
  const mark = level === "mandatory" ? red(`✖ ${severity}`) : yellow(`! ${severity}`);
  const place = [urn.split("::").at(-1) ?? urn, path].filter((part) => part !== "").join(" ");
  const room = WIDTH - `  ✖ ${severity} ${rule} `.length;
  return [`  ${mark} ${rule} ${dim(cut(place, room))}`, ...paragraph(message), ...paragraph(`Fix: ${fix}`)];
}

const paragraph = (text: string): string[] => wrap(text, WIDTH - INDENT.length, 2).map((line) => INDENT + line);
