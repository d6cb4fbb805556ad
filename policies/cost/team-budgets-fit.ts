import { Decimal } from "decimal.js";
import type { z } from "zod";
import { bad, boundary, exampleStack, exampleSurroundings, good, unknown } from "../example.ts";
import { noParameters } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import type { Budget, Rule } from "../rule.ts";
import { stackUrn } from "../stack.ts";

const PERIODS = ["hourlyEuros", "dailyEuros", "monthlyEuros"] as const;
const MEASURES = (["expected", "worst"] as const).flatMap((burn) => PERIODS.map((period) => ({ burn, period })));

const PLACE = "budget.teams";
const monthly = (whole: number | undefined, ...teams: readonly number[]) => ({
  ...exampleSurroundings,
  budget: {
    warnAt: 0.8,
    environment: whole === undefined ? {} : { expected: { monthlyEuros: whole } },
    teams: Object.fromEntries(teams.map((euros, index) => [`team-${index}`, { expected: { monthlyEuros: euros } }])),
  } satisfies Budget,
});

/** What the model proxy refuses teams by are these budgets, so their sum is what it may let through. */
export const teamBudgetsFit: Rule<z.output<typeof noParameters>> = {
  id: "cost/team-budgets-fit",
  title: "The budgets of teams add up to no more than the environment's",
  why:
    "The model proxy stops each team at its own budget. If the budgets add up to more than the environment's, every team " +
    "can keep to its own and the environment still costs too much.",
  severity: "medium",
  level: "mandatory",
  scope: "environment",
  config: noParameters,
  unknown: "warn",
  fix: "Lower the budgets of teams, or have the owner raise the environment's.",
  source: "https://docs.litellm.ai/docs/proxy/users",
  examples: [
    good("two teams that share the whole", exampleStack, monthly(100, 40, 50)),
    good("teams without a limit for all", exampleStack, monthly(undefined, 40, 50)),
    good("a limit for all and no teams", exampleStack, monthly(100)),
    bad("two teams that may spend more than all", exampleStack, PLACE, monthly(100, 60, 50)),
    boundary("exactly the whole", exampleStack, [], monthly(100, 60, 40)),
    boundary("a cent more than the whole", exampleStack, PLACE, monthly(100, 60, 40.01)),
    unknown("resources without a budget", exampleStack, PLACE, { budget: undefined }),
  ],

  *check(_rows, { environment, budget }) {
    const place = { urn: stackUrn(environment), path: PLACE };
    if (budget === undefined) {
      return yield {
        ...place,
        message: "The budgets of teams are not known.",
        value: UNKNOWN,
        limit: "the environment's",
      };
    }
    const teams = Object.values(budget.teams ?? {});
    for (const { burn, period } of MEASURES) {
      const whole = budget.environment[burn]?.[period];
      const parts = teams.flatMap((limits) => limits[burn]?.[period] ?? []);
      const sum = Decimal.sum(0, ...parts);
      if (whole === undefined || sum.lte(whole)) continue;
      yield {
        ...place,
        message: `Teams may spend ${sum.toFixed()} of the ${whole} that ${environment} may (${burn}.${period}).`,
        value: sum.toFixed(),
        limit: String(whole),
      };
    }
  },
};
