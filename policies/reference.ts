import { z } from "zod";
import { rules } from "./registry.ts";
import type { Rule } from "./rule.ts";

const UNKNOWN_MODES = {
  ignore: "is passed over",
  warn: "is reported as a warning",
  fail: "is reported as a finding",
} as const;

/** The page of rules, `docs/reference/rules.md`, from their own metadata. */
export function generateRuleReference(): { path: string; text: string }[] {
  const head = "# Rules\n\nWhat `plan` reports and the policy pack enforces. Generated from the rules; do not edit.\n";
  const sections = [...rules].sort((a, b) => (a.id < b.id ? -1 : 1)).map(section);
  return [{ path: "docs/reference/rules.md", text: [head, ...sections].join("\n") }];
}

function section({ id, title, why, severity, level, unknown, fix, source, config }: Rule): string {
  const defaults = z.record(z.string(), z.json()).parse(config.parse({}) ?? {});
  const parameters = Object.entries(defaults).map(([name, value]) => `\`${name}\` (${JSON.stringify(value)})`);
  return `## ${id}

${title}.

${why}

- Level: ${level}, severity ${severity}. A value that is not known before \`up\` ${UNKNOWN_MODES[unknown]}.
- Fix: ${fix}
- Source: ${source}
- Parameters: ${parameters.length === 0 ? "none" : parameters.join(", ")}
`;
}
