import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { rowsOf, sandbox } from "../test/harness.ts";
import { exampleSurroundings, type Example } from "./example.ts";
import { differences, verdictOn } from "./examples.ts";
import { rules } from "./registry.ts";
import { UNKNOWN } from "./row.ts";
import type { Rule } from "./rule.ts";
import { runRules } from "./run.ts";
import { secretsOf } from "./secrets.ts";

const TODAY = "2026-11-21";
const cases = rules.flatMap((rule) =>
  rule.examples.map((example) => ({ rule, example, id: rule.id, kind: example.kind, name: example.name })),
);
const kindsOf = ({ examples }: Rule): ReadonlySet<Example["kind"]> => new Set(examples.map(({ kind }) => kind));

describe("the registry", () => {
  it("lists each rule once, sorted, by an id that is its file's path", () => {
    const ids = rules.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].toSorted());
    expect(ids.filter((id) => !existsSync(path.join(import.meta.dirname, `${id}.ts`)))).toEqual([]);
    expect(ids.filter((id) => !/^(?:cost|privacy|security)\/[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id))).toEqual([]);
  });

  it.each(rules)(
    "$id says what it demands, why, how to comply and where that comes from",
    ({ title, why, fix, source }) => {
      expect(title).toMatch(/^[A-Z].{10,}[^.]$/);
      for (const text of [why, fix]) expect(text).toMatch(/^[A-Z].{15,}\.$/s);
      expect(source).toMatch(/^https:\/\/|^GDPR Article|^CIS |^AWS Foundational|^NSA and CISA/);
    },
  );

  it.each(rules)("$id has examples of what passes, of what does not, of the boundary and of the unknown", (rule) => {
    expect([...kindsOf(rule)]).toEqual(expect.arrayContaining(["good", "bad", "boundary", "unknown"]));
    const names = rule.examples.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
    expect(rule.examples.filter(({ kind, reports }) => kind === "bad" && reports.length === 0)).toEqual([]);
    expect(rule.examples.filter(({ kind, rows }) => kind === "secret" && secretsOf(rows).length === 0)).toEqual([]);
  });
});

describe("examples", () => {
  it.each(cases)("$id, $kind: $name", ({ rule, example }) => {
    expect(differences(rule, example)).toEqual([]);
  });

  it.each(rules)("$id names the unknown places that its mode makes it pass over", (rule) => {
    const insistent = { ...rule, unknown: "warn" } as const;
    expect(
      rule.examples.filter(({ kind }) => kind === "unknown").flatMap((example) => differences(insistent, example)),
    ).toEqual([]);
  });

  it.each(rules)("$id can be exempted, place by place", (rule) => {
    for (const example of rule.examples.filter(({ kind }) => kind === "bad")) {
      const list = [...new Set(example.reports.map(({ urn }) => urn))].map((urn) => ({
        rule: rule.id,
        urn,
        owner: "owner@example.org",
        reason: "An example of an exemption.",
        until: TODAY,
      }));
      const verdict = verdictOn(rule, example, { list, today: TODAY });
      expect(verdict.findings).toEqual([]);
      expect(verdict.exempted).toHaveLength(example.reports.length);
    }
  });
});

interface Defect {
  readonly what: string;
  /** Rules in which it can show. */
  concerns(rule: Rule): boolean;
  readonly check: (rule: Rule) => Rule["check"];
}

const DEFECTS: readonly Defect[] = [
  { what: "says nothing", concerns: () => true, check: () => () => [] },
  {
    what: "reports every resource",
    concerns: () => true,
    check: () => (rows) => rows.map(({ urn }) => ({ urn, path: "", message: "Wrong.", value: "any", limit: "none" })),
  },
  {
    what: "takes what is unknown for good",
    concerns: ({ examples }) => examples.some(({ kind, reports }) => kind === "unknown" && reports.length > 0),
    check: (rule) => (rows, context) => [...rule.check(rows, context)].filter(({ value }) => value !== UNKNOWN),
  },
  {
    what: "stops after its first finding",
    concerns: ({ examples }) => examples.some(({ reports }) => reports.length > 1),
    check: (rule) => (rows, context) => [...rule.check(rows, context)].slice(0, 1),
  },
];

describe("a defect fails the examples of every rule that", () => {
  // A rule that ignores what is unknown is judged as if it warned, so that its defects show there as well.
  const isNoticed = (rule: Rule): boolean => rule.examples.some((example) => differences(rule, example).length > 0);

  it.each(DEFECTS)("$what", ({ concerns, check }) => {
    const defective = rules.filter(concerns).map((rule): Rule => {
      return { ...rule, unknown: rule.unknown === "ignore" ? "warn" : rule.unknown, check: check(rule) };
    });
    expect(defective.length).toBeGreaterThan(0);
    expect(defective.filter((rule) => !isNoticed(rule)).map(({ id }) => id)).toEqual([]);
  });
});

it("rules take 0.1 ms a row and rule at most", async () => {
  const sample = await rowsOf(await sandbox());
  const rows = [0, 1, 2, 3]
    .flatMap((copy) => sample.map((row) => ({ ...row, urn: `${row.urn}-${copy}` })))
    .slice(0, 300);
  const start = performance.now();
  runRules(rules, rows, exampleSurroundings);
  const milliseconds = (performance.now() - start) / rows.length / rules.length;
  expect(milliseconds).toBeLessThan(0.1);
});

it("the sandbox breaks no mandatory rule", async () => {
  const { spec, lock } = await sandbox();
  const rows = await rowsOf({ spec, lock });
  const cost = {
    currency: "EUR",
    expected: { hourly: "0", monthly: "0" },
    worst: { hourly: "0", monthly: "0" },
    items: [],
  } as const;
  const surroundings = {
    environment: "sandbox",
    budget: spec.budget,
    privacy: spec.privacy,
    lifetime: { ...spec.environment, today: TODAY },
    lock: { resolvedAt: lock.resolvedAt, today: TODAY },
    cost: { ...cost, items: [] },
  };
  const { findings } = runRules(rules, rows, surroundings);
  expect(findings.filter(({ level }) => level === "mandatory")).toEqual([]);
});
