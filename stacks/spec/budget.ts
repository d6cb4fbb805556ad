import { z } from "zod";
import { euros, share } from "./values.ts";

const burn = z.strictObject({ hourlyEuros: euros.optional(), monthlyEuros: euros.optional() });
const limits = z.strictObject({
  expected: burn.optional().meta({ description: "Spot prices, desired sizes, the hours of `usage`." }),
  worst: burn.optional().meta({ description: "On-demand prices, maximum sizes, every hour of the month." }),
});

/** What the environment may cost, net of tax; reaching a limit stops `plan`, `preview` and `up`. */
export const budget = z.strictObject({
  warnAt: share.default(0.8).meta({ description: "Share of a limit from which it is reported." }),
  environment: limits,
});
