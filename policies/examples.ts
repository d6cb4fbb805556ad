import { exampleStack, exampleSurroundings, type Example } from "./example.ts";
import type { Exemptions } from "./exemptions.ts";
import type { Rule } from "./rule.ts";
import { runRules, type Verdict } from "./run.ts";
import { secretsOf } from "./secrets.ts";

/** What a rule says of one of its examples, in the surroundings that the example asks for. */
export function verdictOn(rule: Rule, example: Example, exemptions?: Exemptions): Verdict {
  const context = {
    ...exampleSurroundings,
    ...example.surroundings,
    ...(example.settings === undefined ? {} : { settings: { [rule.id]: example.settings } }),
    ...(exemptions === undefined ? {} : { exemptions }),
  };
  return runRules([rule], [...example.rows, ...(example.rows.includes(exampleStack) ? [] : [exampleStack])], context);
}

/** Where the rule's verdict differs from what the example states; nothing if the rule keeps its word. */
export function differences(rule: Rule, example: Example): readonly string[] {
  const { findings, undecided } = verdictOn(rule, example);
  const stated = example.reports.map(({ urn, path }) => `${urn} ${path}`).toSorted();
  const reported = findings.map(({ urn, path }) => `${urn} ${path}`).toSorted();
  const isUnknown = example.kind === "unknown";
  const expected = isUnknown && rule.unknown === "ignore" ? [] : stated;
  const wrong: string[] = [];
  if (reported.join("\n") !== expected.join("\n")) {
    wrong.push(`reports ${reported.join(", ") || "nothing"} instead of ${expected.join(", ") || "nothing"}`);
  }
  for (const { rule: id, severity, level, value } of findings) {
    if (id !== rule.id || severity !== rule.severity) wrong.push(`reports as ${id}, ${severity}`);
    if ((value === "[unknown]") !== isUnknown) wrong.push(`takes a value for ${isUnknown ? "known" : "unknown"}`);
    if (example.kind === "bad" && level !== rule.level) wrong.push(`reports on level ${level}`);
    if (isUnknown && rule.unknown === "warn" && level !== "advisory")
      wrong.push("does more than warn of what is unknown");
  }
  if (undecided.length !== (isUnknown && rule.unknown === "fail" ? expected.length : 0)) {
    wrong.push(`says ${undecided.length} times that it could not decide`);
  }
  const told = JSON.stringify(findings.map(({ message, value, limit, fix }) => [message, value, limit, fix]));
  if (secretsOf(example.rows).some((text) => told.includes(text))) wrong.push("shows a secret");
  return wrong;
}
