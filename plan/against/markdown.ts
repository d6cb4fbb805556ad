import { amount } from "../report/shares.ts";
import type { ComparedFinding, Comparison, Comparisons } from "./contract.ts";
import { resourceText, shortType, signedEuros, stateText } from "./words.ts";

/** First line of every comment: by it the one of an earlier push is found and replaced. */
export const MARKER = "<!-- splitfleet plan -->";

/** Entries of one list at most: GitHub takes comments of 65,536 characters. */
const MOST = 40;

const MARKS: Readonly<Record<string, string>> = { pass: "✅ pass", findings: "❌ findings", undecided: "⚠️ undecided" };

/** A comparison as a comment on a pull request. */
export function toMarkdown({ ref, commit, notes, environments }: Comparisons): string {
  const parts = [
    MARKER,
    `### Plan against ${code(ref)} (${commit.slice(0, 12)})`,
    table(
      ["environment", "verdict", "expected €/month", "change", "worst €/month", "change", "resources", "findings"],
      environments.map(summary),
    ),
    ...environments.flatMap(details),
    ...notes.map((note) => `> ${escape(note)}`),
    "Both sides were planned offline, each by its own program, rules and prices. Euros are net of tax.",
  ];
  return `${parts.join("\n\n")}\n`;
}

function summary(comparison: Comparison): string[] {
  const { environment, state, verdict, monthlyEuros, findings } = comparison;
  const { expected, worst } = monthlyEuros;
  const fresh = findings.added.length === 0 ? "" : `**${findings.added.length} new**`;
  const resolved = findings.resolved.length === 0 ? "" : `${findings.resolved.length} resolved`;
  return [
    `${code(environment)}${stateText[state]}`,
    MARKS[verdict.after] ?? verdict.after,
    amount(expected.after),
    signedEuros(expected),
    amount(worst.after),
    signedEuros(worst),
    resourceText(comparison),
    [fresh, resolved].filter((text) => text !== "").join(", ") || "no change",
  ];
}

function details({ environment, resources, monthlyEuros, findings }: Comparison): string[] {
  const { added, removed, changed } = resources;
  const changes = [
    ...added.map(({ type, name }) => `+ ${shortType(type)} ${name}`),
    ...removed.map(({ type, name }) => `- ${shortType(type)} ${name}`),
    ...changed.map(({ type, name, properties }) => `! ${shortType(type)} ${name}: ${properties.join(", ")}`),
  ];
  const parts = monthlyEuros.parts.map(({ name, expected, worst }) => [
    escape(name),
    amount(expected.after),
    signedEuros(expected),
    amount(worst.after),
    signedEuros(worst),
  ]);
  return [
    ...findings.added.slice(0, MOST).map((finding) => findingText(finding, environment)),
    ...(findings.added.length > MOST ? [`… and ${findings.added.length - MOST} more findings.`] : []),
    ...(parts.length === 0
      ? []
      : fold(
          `${environment}: where the euros change`,
          table(["part", "expected €/month", "change", "worst €/month", "change"], limited(parts, more)),
        )),
    ...(changes.length === 0
      ? []
      : fold(
          `${environment}: ${changes.length} resources`,
          `${FENCE}diff\n${limited(changes, (rest) => `# and ${rest} more`).join("\n")}\n${FENCE}`,
        )),
  ];
}

const more = (rest: number): string[] => [`and ${rest} more`, "", "", "", ""];

function limited<T>(entries: readonly T[], rest: (left: number) => T): readonly T[] {
  return entries.length <= MOST ? entries : [...entries.slice(0, MOST - 1), rest(entries.length - MOST + 1)];
}

const FENCE = "```";

const findingText = (
  { level, severity, rule, urn, path, message, fix }: ComparedFinding,
  environment: string,
): string =>
  [
    `${level === "mandatory" ? "❌" : "⚠️"} **${rule}** (${severity}) in ${code(environment)}, ` +
      code([urn.split("::").at(-1) ?? urn, path].filter((part) => part !== "").join(" ")),
    `${escape(message)}<br>Fix: ${escape(fix)}`,
  ].join("\n");

const fold = (title: string, content: string): string[] => [
  `<details><summary>${escape(title)}</summary>`,
  content,
  "</details>",
];

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map((head) => (/€|change/.test(head) ? "---:" : "---"))), ...rows.map(line)].join(
    "\n",
  );
};

/** Text that shall stay text: no markup, no mention of a person, no link to an issue. */
const escape = (text: string): string =>
  text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[\\`*_{}[\]<>|~]/g, (character) => `\\${character}`)
    .replaceAll(/[@#](?=\w)/g, (character) => `${character}\u200B`);

const code = (text: string): string =>
  `\`${text.replaceAll(/\s+/g, " ").replaceAll("`", "'").replaceAll("|", "\\|")}\``;
