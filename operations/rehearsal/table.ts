import picocolors from "picocolors";
import { lineOf } from "../../sandbox/network-policy/differences.ts";
import { cut, wrap } from "../../plan/report/text.ts";
import { type Fill, fillsOf, fillText, quotaFill, quotaOwner, shareOf } from "./bars.ts";
import type { Advice, NodeReport, RehearsalReport } from "./report.ts";
import { adviceText, flowsText, nextStep, type Trouble, troublesOf, verdictText } from "./words.ts";

const MAX_LINES = 40;
const WIDTH = 100;
/** Lines that a section may have at most; the nodes get what the others leave. */
const ROOM = { troubles: 14, advice: 5, quotas: 4, differences: 3 } as const;
const BAR = 6;
const MAX_NAME = 28;

type Colours = ReturnType<typeof picocolors.createColors>;

/** A rehearsal for people: at most 40 lines of 100 columns; the verdict, what went wrong, how full everything is. */
export function toTable(report: RehearsalReport, { colour }: { readonly colour: boolean }): string {
  const colours = picocolors.createColors(colour);
  const troubles = troublesOf(report).map((trouble) => troubleBlock(trouble, colours));
  const advice = report.advice.map(adviceBlock);
  const above = [
    headline(report, colours),
    ...section("", fitting(troubles, ROOM.troubles, colours), colours),
    ...section("Cheapest change that fits", fitting(advice, ROOM.advice, colours), colours),
  ];
  const differences = fitting(differenceBlocks(report), ROOM.differences, colours);
  const below = [
    ...section("Quotas, used of allowed", fitting(quotaBlocks(report), ROOM.quotas, colours), colours),
    ...section(`Network policies: ${flowsText(report)}`, differences, colours),
    "",
    ...wrap(`Next: ${nextStep(report)}`, WIDTH, 1),
  ];
  const room = MAX_LINES - above.length - below.length - 2;
  const nodes = section("Nodes, requested of allocatable", nodeLines(report.nodes, Math.max(1, room)), colours);
  return `${[...above, ...nodes, ...below].join("\n")}\n`;
}

function headline(report: RehearsalReport, { bold, green, red, yellow }: Colours): string {
  const paint = { fits: green, undecided: yellow, refused: red, "does-not-fit": red, "flows-differ": red }[
    report.verdict
  ];
  return `${bold(report.environment)}: ${paint(verdictText(report))} (${(report.durationMs / 1000).toFixed(1)} s)`;
}

/** Nothing for a section that has neither lines nor something to say in its title. */
function section(title: string, lines: readonly string[], { dim }: Colours): string[] {
  if (lines.length === 0 && !title.includes(": ")) return [];
  return ["", ...(title === "" ? [] : [dim(title)]), ...lines];
}

/** As many blocks as there is room for, each whole; the last line says how many are left. */
function fitting(blocks: readonly (readonly string[])[], room: number, { dim }: Colours): string[] {
  const shown: string[] = [];
  for (const [index, block] of blocks.entries()) {
    const needed = shown.length + block.length + (index === blocks.length - 1 ? 0 : 1);
    if (needed > room && index > 0) return [...shown, dim(`  … and ${blocks.length - index} more; --json lists all`)];
    shown.push(...block);
  }
  return shown;
}

function troubleBlock({ kind, what, where, written, reason }: Trouble, { red, yellow, dim }: Colours): string[] {
  const mark = kind === "not tried" || kind === "not ready" ? yellow(`! ${kind}`) : red(`✖ ${kind}`);
  const room = WIDTH - `  ✖ ${kind}  `.length;
  const name = cut(what, room);
  const place = where === "" || name.length + 1 >= room ? "" : ` ${dim(cut(where, room - name.length - 1))}`;
  const source = written === "" ? [] : wrap(`written in ${written}`, WIDTH - 4, 2);
  const lines = [...source, ...wrap(reason, WIDTH - 4, 3)].map((line) => `    ${line}`);
  return [`  ${mark} ${name}${place}`, ...lines];
}

const adviceBlock = (advice: Advice): string[] => [
  ...wrap(`${advice.for} ${advice.name}: ${advice.shortage}`, WIDTH - 2, 2).map((line) => `  ${line}`),
  ...wrap(adviceText(advice), WIDTH - 6, 2).map((line, index) => `    ${index === 0 ? "→" : " "} ${line}`),
];

/** The fullest nodes first, as many as there is room for. */
function nodeLines(nodes: readonly NodeReport[], room: number): string[] {
  const fullest = nodes.toSorted((a, b) => fullness(b) - fullness(a) || (a.name < b.name ? -1 : 1));
  const shown = fullest.length > room ? fullest.slice(0, room - 1) : fullest;
  const cells = shown.map((node) => [
    cut(node.name, MAX_NAME),
    ...fillsOf(node).map((fill) =>
      fill.what === "memory"
        ? `mem ${bar(fill)} ${fillText(fill)}${limitText(node)}`
        : `${fill.what} ${bar(fill)} ${fillText(fill)}`,
    ),
  ]);
  const widthOf = (column: number): number => Math.max(...cells.map((row) => row[column]?.length ?? 0));
  const lines = cells.map((row) =>
    cut(
      `  ${row
        .map((cell, column) => cell.padEnd(widthOf(column)))
        .join("  ")
        .trimEnd()}`,
      WIDTH,
    ),
  );
  return fullest.length > shown.length ? [...lines, `  … and ${fullest.length - shown.length} more`] : lines;
}

/** What containers may take beyond what they ask for. */
const limitText = ({ memoryLimitMiB }: NodeReport): string =>
  memoryLimitMiB === undefined ? "" : `, limits ${(memoryLimitMiB / 1024).toFixed(1)}`;

const fullness = (node: NodeReport): number => Math.max(...fillsOf(node).map(shareOf));

function bar(fill: Fill): string {
  const full = fill.used === 0 ? 0 : Math.max(1, Math.round(shareOf(fill) * BAR));
  return "█".repeat(full) + "░".repeat(BAR - full);
}

/** One line a namespace or queue, its fullest resources first. */
function quotaBlocks({ quotas }: RehearsalReport): string[][] {
  return [...Map.groupBy(quotas, quotaOwner)].map(([owner, own]) => {
    const fullest = own
      .map(quotaFill)
      .filter(({ used }) => used > 0)
      .toSorted((a, b) => shareOf(b) - shareOf(a));
    const parts = fullest.map((fill) => [fill.what, fillText(fill), fill.unit].join(" ").trimEnd());
    return [cut(`  ${owner}: ${parts.length === 0 ? "nothing used" : parts.join(", ")}`, WIDTH)];
  });
}

const differenceBlocks = ({ flows }: RehearsalReport): string[][] =>
  (flows?.differences ?? []).map((difference) =>
    wrap(lineOf(difference), WIDTH - 4, 2).map((line, index) => `  ${index === 0 ? "✖" : " "} ${line}`),
  );
