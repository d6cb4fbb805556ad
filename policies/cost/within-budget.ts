import { Decimal } from "decimal.js";
import { z } from "zod";
import { costOf, type Burn, type Cost, type Share } from "../cost.ts";
import { bad, boundary, exampleStack, good, unknown } from "../example.ts";
import { UNKNOWN } from "../row.ts";
import type { Budget, Limits, Rule, Violation } from "../rule.ts";
import { stackUrn } from "../stack.ts";

const config = z.strictObject({});

const HOURS_PER_DAY = 24;

const PERIODS = [
  { key: "hourlyEuros", unit: "euros an hour", of: ({ hourly }: Burn) => new Decimal(hourly) },
  { key: "dailyEuros", unit: "euros a day", of: ({ hourly }: Burn) => new Decimal(hourly).times(HOURS_PER_DAY) },
  { key: "monthlyEuros", unit: "euros a month", of: ({ monthly }: Burn) => new Decimal(monthly) },
] as const;

const MEASURES = (["expected", "worst"] as const).flatMap((burn) => PERIODS.map((period) => ({ burn, ...period })));
type Measure = (typeof MEASURES)[number];

/** A part of the budget, the cost that it limits, and by what label that cost is told apart in a message. */
interface Scope {
  readonly path: string;
  readonly limits: Limits;
  readonly cost: Share;
  /** Begins the message, such as `The environment's`. */
  readonly owner: string;
}

const LIMIT: Budget = { warnAt: 0.8, environment: { expected: { monthlyEuros: 100 } } };
const MONTHLY = "budget.environment.expected.monthlyEuros";
const costing = (monthly: string): { cost: Cost; budget: Budget } => {
  const burn = { hourly: "0.1096", monthly };
  return { cost: { currency: "EUR", expected: burn, worst: burn, items: [] }, budget: LIMIT };
};

const poolCost = (monthly: string): Cost => {
  const burn = { hourly: "0.1096", monthly };
  const item = { label: "cpx42 in fsn1", price: "price@2026-11-01", quantity: "730", unit: "hour" };
  const labels = { pool: "inference", team: "assistants" };
  const items = [{ ...item, urn: exampleStack.urn, expected: burn, worst: burn, labels }];
  return { currency: "EUR", expected: burn, worst: burn, items };
};
const PARTS: Budget = {
  warnAt: 0.8,
  environment: {},
  teams: { assistants: { expected: { dailyEuros: 2 } } },
  pools: { inference: { worst: { monthlyEuros: 100 } } },
};

/** Blocks at 100 % of a limit, warns from `warnAt` of it. Cost and budget come from the context, not from rows. */
export const withinBudget: Rule<z.output<typeof config>> = {
  id: "cost/within-budget",
  title: "The environment, its teams and its pools stay within their budgets",
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
    good("a team and a pool below their own limits", exampleStack, {
      cost: poolCost("79.99"),
      budget: { ...PARTS, teams: { assistants: { expected: { dailyEuros: 4 } } } },
    }),
    bad(
      "a team over its day and a pool over its month",
      exampleStack,
      ["budget.teams.assistants.expected.dailyEuros", "budget.pools.inference.worst.monthlyEuros"],
      { cost: poolCost("100.01"), budget: PARTS },
    ),
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
    for (const scope of scopesOf(budget, cost)) {
      for (const measure of MEASURES) {
        const violation = compare(measure, scope, budget.warnAt);
        if (violation !== undefined) yield { urn, ...violation };
      }
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

function* scopesOf({ environment, teams = {}, pools = {} }: Budget, cost: Cost): Iterable<Scope> {
  yield { path: "budget.environment", limits: environment, cost, owner: "The" };
  for (const [name, limits] of Object.entries(teams)) {
    yield { path: `budget.teams.${name}`, limits, cost: costOf(cost, "team", name), owner: `Team ${name}'s` };
  }
  for (const [name, limits] of Object.entries(pools)) {
    yield { path: `budget.pools.${name}`, limits, cost: costOf(cost, "pool", name), owner: `Pool ${name}'s` };
  }
}

function compare(measure: Measure, scope: Scope, warnAt: number): Omit<Violation, "urn"> | undefined {
  const { burn, key, unit, of } = measure;
  const limit = scope.limits[burn]?.[key];
  if (limit === undefined) return undefined;
  const euros = of(scope.cost[burn]);
  const reached = euros.gte(limit) && euros.gt(0);
  if (!reached && euros.lt(new Decimal(limit).times(warnAt))) return undefined;
  if (euros.isZero()) return undefined;
  return {
    path: `${scope.path}.${burn}.${key}`,
    message:
      `${scope.owner} ${burn} cost is ${amount(euros)} ${unit}${shareOf(euros, limit)}. ${largest(measure, scope.cost)}`.trimEnd(),
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
function largest({ burn, of }: Measure, { items }: Share): string {
  const sums = new Map<string, Decimal>();
  for (const { labels, label, [burn]: euros } of items) {
    const name = labels["pool"] ?? labels["workload"] ?? label;
    sums.set(name, (sums.get(name) ?? new Decimal(0)).plus(of(euros)));
  }
  const top = [...sums].toSorted(([, a], [, b]) => b.cmp(a)).slice(0, 3);
  return top.length === 0 ? "" : `Most goes to ${top.map(([name, euros]) => `${name} (${amount(euros)})`).join(", ")}.`;
}

const amount = (euros: Decimal): string => euros.toFixed(2, Decimal.ROUND_HALF_UP);
