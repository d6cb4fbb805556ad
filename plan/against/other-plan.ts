import { z } from "zod";
import { cost } from "../../policies/cost.ts";

/**
 * What a comparison reads of a plan. Another commit's plan may tell more or less than this one's, so nothing is asked
 * for that a comparison can do without.
 */
const otherPlan = z.object({
  environment: z.string(),
  rows: z.array(
    z.object({
      urn: z.string(),
      type: z.string(),
      name: z.string(),
      inputs: z.record(z.string(), z.string()).optional(),
    }),
  ),
  cost: z.object({ ...cost.shape, items: z.array(z.object({ ...cost.shape.items.element.shape })) }),
  findings: z.array(
    z.object({
      rule: z.string(),
      level: z.string(),
      severity: z.string(),
      urn: z.string(),
      path: z.string(),
      message: z.string(),
      fix: z.string(),
    }),
  ),
  summary: z.object({ verdict: z.string() }),
});

export const otherPlans = z.array(otherPlan);
export type OtherPlan = z.infer<typeof otherPlan>;
