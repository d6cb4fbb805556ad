import { describe, expect, it } from "vitest";
import { z } from "zod";
import { exampleRow, exampleStack, exampleSurroundings } from "./example.ts";
import type { Finding } from "./finding.ts";
import { UNKNOWN } from "./row.ts";
import type { Rule, Violation } from "./rule.ts";
import { runRules, type RunContext } from "./run.ts";

const context: RunContext = { ...exampleSurroundings };
const server = exampleRow(
  "hcloud:index/server:Server",
  "node",
  { userData: "token=hunter2hunter2", name: "node" },
  { secretPaths: ["userData"] },
);
const violation: Violation = { urn: server.urn, path: "name", message: "A name.", value: "node", limit: "none" };

function rule(check: Rule["check"], more: Partial<Rule> = {}): Rule {
  const text = { title: "Test", why: "", fix: "Rename it.", source: "" };
  const data = {
    id: "test/rule",
    severity: "low",
    level: "advisory",
    config: z.strictObject({}),
    unknown: "warn",
    scope: "resource",
    examples: [],
  } as const;
  return { ...text, ...data, ...more, check };
}

describe("runRules", () => {
  it("adds the rule's id, level, severity and fix to what it says", () => {
    const { findings, undecided } = runRules([rule(() => [violation])], [server], context);
    const expected: Finding = {
      rule: "test/rule",
      level: "advisory",
      severity: "low",
      urn: server.urn,
      path: "name",
      message: "A name.",
      value: "node",
      limit: "none",
      fix: "Rename it.",
    };
    expect(findings).toEqual([expected]);
    expect(undecided).toEqual([]);
  });

  it("lets a violation carry its own level and fix", () => {
    const { findings } = runRules(
      [rule(() => [{ ...violation, level: "mandatory", fix: "Remove it." }])],
      [server],
      context,
    );
    expect(findings.map(({ level, fix }) => [level, fix])).toEqual([["mandatory", "Remove it."]]);
  });

  it("sorts the worst first, then by rule, resource and place", () => {
    const low = rule(() => [violation, { ...violation, path: "a" }], { id: "test/b" });
    const critical = rule(() => [violation], { id: "test/c", severity: "critical" });
    const mandatory = rule(() => [violation], { id: "test/d", level: "mandatory" });
    const { findings } = runRules([low, critical, mandatory], [server], context);
    expect(findings.map(({ rule, path }) => [rule, path])).toEqual([
      ["test/d", "name"],
      ["test/c", "name"],
      ["test/b", "a"],
      ["test/b", "name"],
    ]);
  });

  it("reports a rule that throws as a mandatory finding that decides nothing", () => {
    const crashing = rule(() => {
      throw new TypeError("rows is not iterable");
    });
    const { findings, undecided } = runRules([crashing], [server], context);
    expect(findings).toEqual(undecided);
    expect(findings.map(({ rule, level, message }) => [rule, level, message])).toEqual([
      ["test/rule", "mandatory", "The rule crashed: rows is not iterable"],
    ]);
  });

  it("reports settings that the rule does not accept", () => {
    const strict = rule(() => [], { config: z.strictObject({ limit: z.number().default(1) }) });
    const { findings } = runRules([strict], [server], { ...context, settings: { "test/rule": { limit: "two" } } });
    expect(findings.map(({ level, message }) => [level, message])).toEqual([
      [
        "mandatory",
        "The settings of this rule are wrong, so it did not run: " +
          "✖ Invalid input: expected number, received string\n  → at limit",
      ],
    ]);
  });

  it("passes settings with their defaults to the rule", () => {
    const strict = rule((_rows, { config }) => [{ ...violation, value: JSON.stringify(config) }], {
      config: z.strictObject({ limit: z.number().default(1), unit: z.string().default("euro") }),
    });
    const { findings } = runRules([strict], [server], { ...context, settings: { "test/rule": { limit: 2 } } });
    expect(findings.map(({ value }) => value)).toEqual(['{"limit":2,"unit":"euro"}']);
  });

  it.each([
    { unknown: "ignore", levels: [], undecided: 0 },
    { unknown: "warn", levels: ["advisory"], undecided: 0 },
    { unknown: "fail", levels: ["mandatory"], undecided: 1 },
  ] as const)("treats an unknown value as the mode $unknown says", ({ unknown, levels, undecided }) => {
    const verdict = runRules(
      [rule(() => [{ ...violation, value: UNKNOWN }], { unknown, level: "mandatory" })],
      [server],
      context,
    );
    expect(verdict.findings.map(({ level }) => level)).toEqual(levels);
    expect(verdict.findings.every(({ value }) => value === "[unknown]")).toBe(true);
    expect(verdict.undecided).toHaveLength(undecided);
  });

  it("never prints a secret, neither as the value nor within a sentence", () => {
    const leaking = rule(() => [
      { ...violation, path: "userData", message: "Found token=hunter2hunter2.", value: "token=hunter2hunter2" },
    ]);
    const { findings } = runRules([leaking], [server], context);
    expect(findings.map(({ message, value }) => [message, value])).toEqual([["Found [secret].", "[secret]"]]);
  });

  it("finds fault with a plan without resources", () => {
    const { findings, undecided } = runRules([rule(() => [])], [], context);
    expect(findings.map(({ rule, level, urn }) => [rule, level, urn])).toEqual([
      ["policy/no-resources", "mandatory", exampleStack.urn],
    ]);
    expect(undecided).toEqual(findings);
  });
});
