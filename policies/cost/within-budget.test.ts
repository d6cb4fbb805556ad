import { describe, expect, it } from "vitest";
import type { Burn, Cost } from "../cost.ts";
import { exampleStack, exampleSurroundings } from "../example.ts";
import type { Budget, Limits } from "../rule.ts";
import { runRules } from "../run.ts";
import { withinBudget } from "./within-budget.ts";

const small: Burn = { hourly: "1.0000", monthly: "100.00" };
const item = (pool: string, expected: Burn, worst: Burn): Cost["items"][number] => ({
  urn: exampleStack.urn,
  label: pool,
  price: "price@2026-11-01",
  quantity: "1",
  unit: "hour",
  expected,
  worst,
  labels: { pool },
});
const cost: Cost = {
  currency: "EUR",
  expected: small,
  worst: { hourly: "60.1000", monthly: "40000.00" },
  items: [
    item("inference", small, small),
    item("burst", { hourly: "0.0000", monthly: "0.00" }, { hourly: "59.1000", monthly: "39900.00" }),
  ],
};

const check = (environment: Limits, more: { cost?: Cost | undefined; budget?: Budget | undefined } = {}) => {
  const budget = { warnAt: 0.8, environment };
  return runRules([withinBudget], [exampleStack], { ...exampleSurroundings, cost, budget, ...more });
};

describe("within-budget", () => {
  it("passes below the share from which it warns, and without limits", () => {
    expect(
      check({ expected: { hourlyEuros: 1.26, monthlyEuros: 126 }, worst: { hourlyEuros: 76, monthlyEuros: 50001 } })
        .findings,
    ).toEqual([]);
    expect(check({}).findings).toEqual([]);
  });

  it.each([
    { limit: 125.01, level: undefined },
    { limit: 125, level: "advisory" },
    { limit: 100.01, level: "advisory" },
    { limit: 100, level: "mandatory" },
    { limit: 1, level: "mandatory" },
    { limit: 0, level: "mandatory" },
  ])("answers a limit of $limit for a cost of 100 with $level", ({ limit, level }) => {
    const { findings } = check({ expected: { monthlyEuros: limit } });
    expect(findings[0]?.level).toBe(level);
  });

  it("names the limit's place, the figures and what the money goes to", () => {
    const { findings } = check({ worst: { hourlyEuros: 50 } });
    expect(findings).toEqual([
      {
        rule: "cost/within-budget",
        level: "mandatory",
        severity: "high",
        urn: exampleStack.urn,
        path: "budget.environment.worst.hourlyEuros",
        message:
          "The worst cost is 60.10 euros an hour, 120 % of the limit of 50. " +
          "Most goes to burst (59.10), inference (1.00).",
        value: "60.1",
        limit: "50",
        fix: "Plan fewer or smaller nodes, or have the owner raise the limit in the environment file.",
      },
    ]);
  });

  it("checks both burns by the hour, by the day and by the month", () => {
    const limits = { hourlyEuros: 0.5, dailyEuros: 12, monthlyEuros: 1 };
    expect(check({ expected: limits, worst: limits }).findings.map(({ path }) => path)).toEqual([
      "budget.environment.expected.dailyEuros",
      "budget.environment.expected.hourlyEuros",
      "budget.environment.expected.monthlyEuros",
      "budget.environment.worst.dailyEuros",
      "budget.environment.worst.hourlyEuros",
      "budget.environment.worst.monthlyEuros",
    ]);
  });

  it("holds a pool to its own limit, by 24 hours of its hourly burn for a day", () => {
    const pools = { inference: { worst: { dailyEuros: 24 } }, burst: { worst: { dailyEuros: 1773 } } };
    const { findings } = check({}, { budget: { warnAt: 0.8, environment: {}, pools } });
    expect(findings.map(({ level, path, message }) => [level, path, message])).toEqual([
      [
        "mandatory",
        "budget.pools.inference.worst.dailyEuros",
        "Pool inference's worst cost is 24.00 euros a day, 100 % of the limit of 24. Most goes to inference (24.00).",
      ],
      [
        "advisory",
        "budget.pools.burst.worst.dailyEuros",
        "Pool burst's worst cost is 1418.40 euros a day, 80 % of the limit of 1773. Most goes to burst (1418.40).",
      ],
    ]);
  });

  it("lets nothing cost nothing", () => {
    const zero: Burn = { hourly: "0.0000", monthly: "0.00" };
    const free: Cost = { currency: "EUR", expected: zero, worst: zero, items: [] };
    expect(check({ expected: { hourlyEuros: 0 } }, { cost: free }).findings).toEqual([]);
  });

  it.each([{ cost: undefined }, { budget: undefined }])("decides nothing without %o, and says so", (missing) => {
    const { findings, undecided } = check({}, missing);
    expect(findings.map(({ level, value }) => [level, value])).toEqual([["mandatory", "[unknown]"]]);
    expect(undecided).toEqual(findings);
  });
});
