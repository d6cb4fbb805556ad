import { Decimal } from "decimal.js";
import picocolors from "picocolors";
import type { Burn, Cost } from "../../policies/cost.ts";
import type { Finding } from "../../policies/finding.ts";
import type { PlanReport } from "./contract.ts";
import { cut, wrap } from "./text.ts";

export interface TableOptions {
  readonly colour: boolean;
}

const MAX_LINES = 40;
const WIDTH = 100;
const MAX_COST_LINES = 12;
const INDENT = "    ";

type Colours = ReturnType<typeof picocolors.createColors>;

/** One environment for people: at most 40 lines of 100 columns; the verdict, the cost by pool, the worst findings. */
export function toTable(report: PlanReport, { colour }: TableOptions): string {
  const colours = picocolors.createColors(colour);
  const head = [verdict(report, colours), "", ...costLines(report.cost, colours)];
  const findings = findingLines(report.findings, MAX_LINES - head.length - 1, colours);
  return `${[...head, ...(findings.length > 0 ? ["", ...findings] : [])].join("\n")}\n`;
}

function verdict({ environment, summary, exempted }: PlanReport, { bold, red, yellow, green }: Colours): string {
  const { resources, mandatory, advisory, undecided } = summary;
  const warned = advisory > 0 ? `, ${count(advisory, "warning")}` : "";
  const advice = exempted.length > 0 ? `${warned}, ${exempted.length} exempted` : warned;
  const text = {
    pass: green(`no rule broken${advice}`),
    findings: red(`${count(mandatory, "finding")} to resolve before \`up\`${advice}`),
    undecided: yellow(`${undecided} of ${count(mandatory, "finding")} could not be decided${advice}`),
  }[summary.verdict];
  return `${bold(environment)}: ${count(resources, "resource")}; ${text}`;
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

interface Share {
  readonly name: string;
  readonly expected: Burn;
  readonly worst: Burn;
}

const COLUMNS = [
  { title: "expected €/h", of: ({ expected }: Share) => expected.hourly },
  { title: "€/month", of: ({ expected }: Share) => expected.monthly },
  { title: "worst €/h", of: ({ worst }: Share) => worst.hourly },
  { title: "€/month", of: ({ worst }: Share) => worst.monthly },
] as const;

function costLines(cost: Cost, { dim, bold }: Colours): string[] {
  const shares = sharesOf(cost);
  const shown =
    shares.length > MAX_COST_LINES
      ? [...shares.slice(0, MAX_COST_LINES - 1), rest(shares.slice(MAX_COST_LINES - 1))]
      : shares;
  const total = { name: "total, net of tax", ...cost };
  const titles = COLUMNS.map(({ title }) => title);
  const cells = (share: Share): string[] => COLUMNS.map(({ of }) => amount(of(share)));
  return [
    dim(costLine("", titles)),
    ...shown.map((share) => costLine(share.name, cells(share))),
    bold(costLine(total.name, cells(total))),
  ];
}

const costLine = (name: string, cells: readonly string[]): string =>
  `  ${name.slice(0, 36).padEnd(36)}${cells.map((cell) => cell.padStart(15)).join("")}`;

/** By pool, by workload where there is no pool, dearest in the worst case first. */
function sharesOf(cost: Cost): readonly Share[] {
  const nameOf = ({ pool, workload }: Readonly<Record<string, string>>): string =>
    pool !== undefined ? `pool ${pool}` : workload !== undefined ? `workload ${workload}` : "shared";
  const groups = Map.groupBy(cost.items, ({ labels }) => nameOf(labels));
  return [...groups]
    .map(([name, items]) => ({ name, ...sumOf(items) }))
    .toSorted((a, b) => new Decimal(b.worst.monthly).cmp(a.worst.monthly) || (a.name < b.name ? -1 : 1));
}

const rest = (shares: readonly Share[]): Share => ({ name: `${shares.length} more`, ...sumOf(shares) });

function sumOf(parts: readonly { readonly expected: Burn; readonly worst: Burn }[]): Pick<Share, "expected" | "worst"> {
  const sum = (burn: "expected" | "worst", period: keyof Burn): string =>
    parts.reduce((total, part) => total.plus(part[burn][period]), new Decimal(0)).toFixed();
  return {
    expected: { hourly: sum("expected", "hourly"), monthly: sum("expected", "monthly") },
    worst: { hourly: sum("worst", "hourly"), monthly: sum("worst", "monthly") },
  };
}

/** Two decimals, thousands apart: `44 817.55`. */
const amount = (euros: string): string => new Decimal(euros).toFixed(2).replaceAll(/\B(?=(?:\d{3})+\.)/g, " ");

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
