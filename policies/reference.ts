import { z } from "zod";
import { checks, EXEMPTABLE } from "./checks.ts";
import type { Example } from "./example.ts";
import { verdictOn } from "./examples.ts";
import { rules } from "./registry.ts";
import type { Rule } from "./rule.ts";

const UNKNOWN_MODES = {
  ignore: "is passed over",
  warn: "is reported as a warning",
  fail: "is reported as a finding",
} as const;

const CATEGORIES = { cost: "Cost", privacy: "Privacy", security: "Security" } as const;

const HEAD = `# Rules

What \`plan\` reports and the policy pack enforces. Generated from the rules; do not edit.

A mandatory finding stops \`pulumi up\`, an advisory one does not. A rule may be broken for a while where
\`policies/exemptions.yaml\` says by whom, why and until when. The examples of each rule are its tests as well.
`;

/** The page of rules, `docs/reference/rules.md`, from their own metadata and examples. */
export function generateRuleReference(): { path: string; text: string }[] {
  const parts = Object.entries(CATEGORIES).flatMap(([category, name]) => {
    const own = rules.filter(({ id }) => id.startsWith(`${category}/`));
    return [`## ${name}\n\n${table(["rule", "level", "demand"], own.map(summary))}`, ...own.map(section)];
  });
  return [{ path: "docs/reference/rules.md", text: [HEAD, ...parts, others()].join("\n") }];
}

/** What is reported beside the rules. */
function others(): string {
  const rows = checks
    .filter(({ id }) => !rules.some((rule) => rule.id === id))
    .map(({ id, level, severity, title, fix }) => [
      id,
      `${level}, ${severity}`,
      title,
      fix,
      EXEMPTABLE.includes(id) ? "yes" : "no",
    ]);
  return `## Prices and exemptions themselves

What pricing and the run of the rules report. A missing price counts as undecided (exit code 2), never as nothing.

${table(["finding", "level", "demand", "fix", "can be exempted"], rows)}`;
}

const summary = ({ id, level, severity, title }: Rule): readonly string[] => [
  `[${id}](#${id.replaceAll("/", "")})`,
  `${level}, ${severity}`,
  title,
];

function section(rule: Rule): string {
  const { id, title, why, severity, level, unknown, fix, source, config } = rule;
  const defaults = z.record(z.string(), z.json()).parse(config.parse({}) ?? {});
  const parameters = Object.entries(defaults).map(([name, value]) => `\`${name}\` (${JSON.stringify(value)})`);
  return `### ${id}

${title}.

${why}

- Level: ${level}, severity ${severity}. A value that is not known before \`up\` ${UNKNOWN_MODES[unknown]}.
- Fix: ${fix}
- Source: ${source}
- Parameters: ${parameters.length === 0 ? "none" : parameters.join(", ")}

${table(
  ["example", "what the rule says"],
  rule.examples.map((example) => [example.name, verdict(rule, example)]),
)}`;
}

function verdict(rule: Rule, example: Example): string {
  const { findings } = verdictOn(rule, example);
  if (findings.length === 0) return "passes";
  return findings.map(({ path, message }) => `${path === "" ? "" : `\`${path}\`: `}${message}`).join("<br>");
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("");
}
