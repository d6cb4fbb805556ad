import { describe, expect, it } from "vitest";
import { exampleStack } from "./example.ts";
import { rules } from "./registry.ts";
import { runRules, type RunContext } from "./run.ts";

const zero = { hourly: "0.0000", monthly: "0.00" };
const context: RunContext = {
  environment: "example",
  cost: { currency: "EUR", expected: zero, worst: zero, items: [] },
  budget: { warnAt: 0.8, environment: {} },
};

describe("registry", () => {
  it("lists each rule once, by an id that is its file's path", () => {
    expect(rules.map((rule) => rule.id)).toEqual([
      "cost/within-budget",
      "security/no-open-firewall",
      "security/no-secret-in-user-data",
    ]);
  });

  it.each(rules)("$id passes its good examples", (rule) => {
    expect(runRules([rule], [exampleStack, ...rule.good], context).findings).toEqual([]);
  });

  it.each(rules)("$id reports each of its bad examples", (rule) => {
    const reported = rule.bad.map((row) => runRules([rule], [exampleStack, row], context).findings[0]?.urn);
    expect(reported).toEqual(rule.bad.map((row) => row.urn));
  });

  it.each(rules)(
    "$id says what it demands, why, how to comply and where that comes from",
    ({ title, why, fix, source }) => {
      for (const text of [title, why, fix, source]) expect(text.length).toBeGreaterThan(15);
      expect([why, fix].filter((text) => !text.endsWith("."))).toEqual([]);
    },
  );
});
