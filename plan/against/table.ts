import picocolors from "picocolors";
import { amount } from "../report/shares.ts";
import { cut, wrap } from "../report/text.ts";
import type { ComparedFinding, Comparison, Comparisons } from "./contract.ts";
import { findingText, resourceText, shortType, signedEuros, stateText } from "./words.ts";

const WIDTH = 100;
/** Lines for each kind of change, so that one long list never hides the others. */
const MOST = 12;

type Colours = ReturnType<typeof picocolors.createColors>;

/** A comparison for people, within 100 columns. */
export function toTable({ ref, commit, notes, environments }: Comparisons, { colour }: { colour: boolean }): string {
  const colours = picocolors.createColors(colour);
  const parts = environments.map((each) => environmentLines(each, `${ref} (${commit.slice(0, 12)})`, colours));
  return `${[...parts, ...(notes.length > 0 ? [notes] : [])].map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function environmentLines(comparison: Comparison, against: string, colours: Colours): string[] {
  const { environment, state, monthlyEuros, resources, findings } = comparison;
  const head = `${colours.bold(environment)}${stateText[state]} against ${against}: `;
  const changes = [
    ...resources.added.map(({ type, name }) => colours.green(`  + ${shortType(type)} ${name}`)),
    ...resources.removed.map(({ type, name }) => colours.red(`  - ${shortType(type)} ${name}`)),
    ...resources.changed.map(({ type, name, properties }) =>
      colours.yellow(cut(`  ~ ${shortType(type)} ${name}: ${properties.join(", ")}`, WIDTH)),
    ),
  ];
  return [
    `${head}${resourceText(comparison)}; ${findingText(comparison)}`,
    "",
    colours.dim(line("", ["expected €/month", "change", "worst €/month", "change"])),
    ...limited(monthlyEuros.parts.map((part) => moneyLine(part.name, part))),
    colours.bold(moneyLine("total, net of tax", monthlyEuros)),
    ...block(limited(changes)),
    ...block(limited(findings.added.flatMap((finding) => findingLines("new", finding, colours)))),
    ...block(limited(findings.resolved.flatMap((finding) => findingLines("resolved", finding, colours)))),
  ];
}

const block = (lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : ["", ...lines]);

const limited = (lines: readonly string[]): readonly string[] =>
  lines.length <= MOST ? lines : [...lines.slice(0, MOST - 1), `  … and ${lines.length - MOST + 1} more lines`];

const line = (name: string, cells: readonly string[]): string =>
  `  ${cut(name, 28).padEnd(28)}${cells.map((cell) => cell.padStart(17)).join("")}`;

const moneyLine = (name: string, { expected, worst }: Pick<Comparison["monthlyEuros"], "expected" | "worst">): string =>
  line(name, [amount(expected.after), signedEuros(expected), amount(worst.after), signedEuros(worst)]);

function findingLines(
  what: "new" | "resolved",
  { rule, level, urn, message }: ComparedFinding,
  colours: Colours,
): string[] {
  const colour = what === "resolved" ? colours.green : level === "mandatory" ? colours.red : colours.yellow;
  const name = urn.split("::").at(-1) ?? urn;
  return [
    `  ${colour(what)} ${level} ${rule} ${colours.dim(name)}`,
    ...wrap(message, WIDTH - 4, 2).map((text) => `    ${text}`),
  ];
}
