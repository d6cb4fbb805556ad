import { z } from "zod";
import { slug } from "./values.ts";

/** What is expected to be used, where the plan alone can not say. */
export const usage = z.strictObject({
  pools: z
    .record(slug, z.strictObject({ nodeHoursPerMonth: z.number().nonnegative() }))
    .default({})
    .meta({
      description: "Expected node hours a month of pools that scale; a pool not named runs its desired size all month.",
    }),
});
