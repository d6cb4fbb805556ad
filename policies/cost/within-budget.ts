import { Decimal } from "decimal.js";
import { z } from "zod";
import type { Cost } from "../cost.ts";
import { bad, boundary, exampleStack, good, unknown } from "../example.ts";
import { UNKNOWN } from "../row.ts";
import type { Budget, Rule, Violation } from "../rule.ts";
import { stackUrn } from "../stack.ts";

const config = z.strictObject({});

const BURNS = [
  { burn: "expected", period: "hourly", key: "hourlyEuros", unit: "euros an hour" },
  { burn: "expected", period: "monthly", key: "monthlyEuros", unit: "euros a month" },
  { burn: "worst", period: "hourly", key: "hourlyEuros", unit: "euros an hour" },
  { burn: "worst", period: "monthly", key: "monthlyEuros", unit: "euros a month" },
] as const;

type Measure = (typeof BURNS)[number];

const LIMIT: Budget = { warnAt: 0.8, environment: { expected: { monthlyEuros: 100 } } };
const MONTHLY = "budget.environment.expected.monthlyEuros";
const costing = (monthly: string): { cost: Cost; budget: Budget } => {
  const burn = { hourly: "0.1096", monthly };
  return { cost: { currency: "EUR", expected: burn, worst: burn, items: [] }, budget: LIMIT };
};

/** Blocks at 100 % of a limit, warns from `warnAt` of it. Cost and budget come from the context, not from rows. */
export const withinBudget: Rule<z.output<typeof config>> = {
  id: "cost/within-budget",
  title: "The environment stays within its budget",
  why:
    "A budget that is checked after the fact is a report. Checked before the first resource exists, on what the " +
    "plan expects and on the worst that it allows, it is a limit.",
  severity: "high",
  level: "mandatory",
  scope: "environment",
  config,
  unknown: "fail",
  fix: "Plan fewer or smaller nodes, or have the owner raise the limit in the environment file.",
  source: "https://www.finops.org/framework/capabilities/budgeting/",
  examples: [
    good("79 of 100 euros a month", exampleStack, costing("79.99")),
    bad("more than the limit", exampleStack, MONTHLY, costing("100.01")),
    boundary("80 % of the limit, which warns", exampleStack, MONTHLY, costing("80.00")),
    boundary("exactly the limit, which is no longer within it", exampleStack, MONTHLY, costing("100.00")),
    unknown("resources that could not be priced", exampleStack, "budget", { budget: LIMIT }),
  ],

  *check(_rows, { environment, cost, budget }) {
    const urn = stackUrn(environment);
    if (budget === undefined)
      return yield undecided(urn, "The environment's budget is not known, so nothing can be compared with it.");
    if (cost === undefined)
      return yield undecided(urn, "The resources could not be priced, so the budget could not be checked.");
    for (const measure of BURNS) {
      const violation = compare(measure, cost, budget);
      if (violation !== undefined) yield { urn, ...violation };
    }
  },
};

const undecided = (urn: string, message: string): Violation => ({
  urn,
  path: "budget",
  message,
  value: UNKNOWN,
  limit: "a cost within the budget",
});

function compare({ burn, period, key, unit }: Measure, cost: Cost, budget: Budget): Omit<Violation, "urn"> | undefined {
  const limit = budget.environment[burn]?.[key];
  if (limit === undefined) return undefined;
  const euros = new Decimal(cost[burn][period]);
  const reached = euros.gte(limit) && euros.gt(0);
  if (!reached && euros.lt(new Decimal(limit).times(budget.warnAt))) return undefined;
  if (euros.isZero()) return undefined;
  return {
    path: `budget.environment.${burn}.${key}`,
    message:
      `The ${burn} cost is ${amount(euros)} ${unit}${shareOf(euros, limit)}. ${largest(burn, period, cost)}`.trimEnd(),
    value: euros.toFixed(),
    limit: String(limit),
    ...(reached ? {} : { level: "advisory" as const }),
  };
}

function shareOf(euros: Decimal, limit: number): string {
  if (limit === 0) return "; nothing is allowed";
  const percent = euros.div(limit).times(100).floor();
  return percent.lte(1000) ? `, ${percent.toFixed()} % of the limit of ${limit}` : `; the limit is ${limit}`;
}

/** Names what the money goes to, so that the report says where to cut. */
function largest(burn: Measure["burn"], period: Measure["period"], cost: Cost): string {
  const sums = new Map<string, Decimal>();
  for (const { labels, label, [burn]: euros } of cost.items) {
    const name = labels["pool"] ?? labels["workload"] ?? label;
    sums.set(name, (sums.get(name) ?? new Decimal(0)).plus(euros[period]));
  }
  const top = [...sums].toSorted(([, a], [, b]) => b.cmp(a)).slice(0, 3);
  return top.length === 0 ? "" : `Most goes to ${top.map(([name, euros]) => `${name} (${amount(euros)})`).join(", ")}.`;
}

const amount = (euros: Decimal): string => euros.toFixed(2, Decimal.ROUND_HALF_UP);
