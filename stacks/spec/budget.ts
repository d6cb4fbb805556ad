import { z } from "zod";
import { euros, share, slug } from "./values.ts";

const burn = z.strictObject({
  hourlyEuros: euros.optional(),
  dailyEuros: euros.optional().meta({ description: "Twenty-four hours of the hourly burn." }),
  monthlyEuros: euros.optional(),
});
const limits = z.strictObject({
  expected: burn.optional().meta({ description: "Spot prices, desired sizes, the hours of `usage`." }),
  worst: burn.optional().meta({ description: "On-demand prices, maximum sizes, every hour of the month." }),
});

/** What the environment, its teams and its pools may cost, net of tax; reaching a limit stops `plan`, `preview` and `up`. */
export const budget = z.strictObject({
  warnAt: share.default(0.8).meta({ description: "Share of a limit from which it is reported." }),
  environment: limits,
  teams: z
    .record(slug, limits)
    .optional()
    .meta({ description: "By a key of `teams`: what the team's part of nodes, models and traffic may cost." }),
  pools: z.record(slug, limits).optional().meta({ description: "By a key of `pools`: what its nodes may cost." }),
});
