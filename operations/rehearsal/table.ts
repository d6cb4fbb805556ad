import picocolors from "picocolors";
import { lineOf } from "../../sandbox/network-policy/differences.ts";
import { cut, wrap } from "../../plan/report/text.ts";
import { type Fill, fillsOf, fillText, quotaFill, shareOf } from "./bars.ts";
import type { NodeReport, RehearsalReport } from "./report.ts";
import { adviceText, flowsText, nextStep, type Trouble, troublesOf, verdictText } from "./words.ts";

const MAX_LINES = 40;
const WIDTH = 100;
const MAX_TROUBLES = 3;
const MAX_DIFFERENCES = 2;
const MAX_QUOTAS = 4;
const MAX_ADVICE = 2;
const BAR = 8;

type Colours = ReturnType<typeof picocolors.createColors>;

/** A rehearsal for people: at most 40 lines of 100 columns; the verdict, what went wrong, how full everything is. */
export function toTable(report: RehearsalReport, { colour }: { readonly colour: boolean }): string {
  const colours = picocolors.createColors(colour);
  const above = [
    headline(report, colours),
    ...section("", troubleLines(troublesOf(report), colours), colours),
    ...section("Cheapest change that fits", adviceLines(report), colours),
  ];
  const below = [
    ...section("Quotas, used of allowed", quotaLines(report), colours),
    ...section(`Network policies: ${flowsText(report)}`, differenceLines(report), colours),
    "",
    ...wrap(`Next: ${nextStep(report)}`, WIDTH, 1),
  ];
  const room = MAX_LINES - above.length - below.length - 2;
  const nodes = section("Nodes, requested of allocatable", nodeLines(report.nodes, Math.max(1, room)), colours);
  return `${[...above, ...nodes, ...below].join("\n")}\n`;
}

function headline(report: RehearsalReport, { bold, green, red, yellow }: Colours): string {
  const paint = { fits: green, undecided: yellow, refused: red, "does-not-fit": red, "flows-differ": red }[report.verdict];
  return `${bold(report.environment)}: ${paint(verdictText(report))} (${(report.durationMs / 1000).toFixed(1)} s)`;
}

/** Nothing for a section that has neither lines nor something to say in its title. */
function section(title: string, lines: readonly string[], { dim }: Colours): string[] {
  if (lines.length === 0 && !title.includes(": ")) return [];
  return ["", ...(title === "" ? [] : [dim(title)]), ...lines];
}

function troubleLines(troubles: readonly Trouble[], { red, yellow, dim }: Colours): string[] {
  const shown = troubles.slice(0, MAX_TROUBLES).flatMap(({ kind, what, where, reason }) => {
    const mark = kind === "not tried" || kind === "not ready" ? yellow(`! ${kind}`) : red(`✖ ${kind}`);
    const room = WIDTH - `  ✖ ${kind}  `.length;
    const name = cut(what, room);
    const place = where === "" ? "" : ` ${dim(cut(where, Math.max(1, room - name.length - 1)))}`;
    return [`  ${mark} ${name}${place}`, ...wrap(reason, WIDTH - 4, 3).map((line) => `    ${line}`)];
  });
  const left = troubles.length - MAX_TROUBLES;
  return left > 0 ? [...shown, dim(`  … and ${left} more; --json lists all of them`)] : shown;
}

function adviceLines({ advice }: RehearsalReport): string[] {
  const shown = advice.slice(0, MAX_ADVICE).flatMap((one) => [
    ...wrap(`${one.for} ${one.name}: ${one.shortage}`, WIDTH - 2, 2).map((line) => `  ${line}`),
    ...wrap(adviceText(one), WIDTH - 6, 2).map((line, index) => `    ${index === 0 ? "→" : " "} ${line}`),
  ]);
  return advice.length > MAX_ADVICE ? [...shown, `  … and ${advice.length - MAX_ADVICE} more`] : shown;
}

/** The fullest nodes first, as many as there is room for. */
function nodeLines(nodes: readonly NodeReport[], room: number): string[] {
  const fullest = nodes.toSorted((a, b) => fullness(b) - fullness(a) || (a.name < b.name ? -1 : 1));
  const shown = fullest.length > room ? fullest.slice(0, room - 1) : fullest;
  const width = Math.min(34, Math.max(...shown.map(({ name }) => name.length), 0));
  const lines = shown.map((node) => {
    const cells = fillsOf(node).map((fill) => `${fill.what === "memory" ? "mem" : fill.what} ${bar(fill)} ${fillText(fill)}`);
    const [memory = "", cpu = "", gpu = ""] = cells;
    return `  ${cut(node.name, width).padEnd(width)} ${memory.padEnd(26)}${cpu.padEnd(22)}${gpu}`.trimEnd();
  });
  return fullest.length > shown.length ? [...lines, `  … and ${fullest.length - shown.length} more`] : lines;
}

const fullness = (node: NodeReport): number => Math.max(...fillsOf(node).map(shareOf));

function bar(fill: Fill): string {
  const full = fill.used === 0 ? 0 : Math.max(1, Math.round(shareOf(fill) * BAR));
  return "█".repeat(full) + "░".repeat(BAR - full);
}

/** One line a namespace, its fullest resources first. */
function quotaLines({ quotas }: RehearsalReport): string[] {
  const namespaces = [...Map.groupBy(quotas, ({ namespace }) => namespace)];
  const shown = namespaces.slice(0, MAX_QUOTAS).map(([namespace, own]) => {
    const fullest = own.map(quotaFill).filter(({ used }) => used > 0).toSorted((a, b) => shareOf(b) - shareOf(a));
    const parts = fullest.map((fill) => [fill.what, fillText(fill), fill.unit].join(" ").trimEnd());
    return cut(`  ${namespace}: ${parts.length === 0 ? "nothing used" : parts.join(", ")}`, WIDTH);
  });
  const left = namespaces.length - MAX_QUOTAS;
  return left > 0 ? [...shown, `  … and ${left} more`] : shown;
}

function differenceLines({ flows }: RehearsalReport): string[] {
  const differences = flows?.differences ?? [];
  const shown = differences.slice(0, MAX_DIFFERENCES).flatMap((difference) =>
    wrap(lineOf(difference), WIDTH - 4, 2).map((line, index) => `  ${index === 0 ? "✖" : " "} ${line}`));
  const left = differences.length - MAX_DIFFERENCES;
  return left > 0 ? [...shown, `  … and ${left} more`] : shown;
}
