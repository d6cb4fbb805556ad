import { z } from "zod";
import { euros, pattern, share, slug } from "./values.ts";

const burn = z.strictObject({
  hourlyEuros: euros.optional(),
  dailyEuros: euros.optional().meta({ description: "Twenty-four hours of the hourly burn." }),
  monthlyEuros: euros.optional(),
});
const aws = z.strictObject({
  monthlyUsd: z.number().positive().meta({
    description: "What AWS may bill in a calendar month, in US dollars; AWS itself counts and warns the owner.",
  }),
  brakeRoles: z
    .array(pattern(/^[\w+=,.@-]{1,64}$/, "the name of an IAM role"))
    .default([])
    .meta({ description: "IAM roles that start nodes, such as the autoscaler's: at the limit AWS forbids them to." }),
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
  aws: aws.optional().meta({ description: "AWS's own budget, which holds when nothing of the fleet runs." }),
});
