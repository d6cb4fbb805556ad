import { z } from "zod";
import { decimal } from "../../policies/cost.ts";

const resource = z.strictObject({ urn: z.string(), type: z.string(), name: z.string() });

const signed = z.string().regex(/^-?\d+(\.\d+)?$/);
const amount = z.strictObject({ before: decimal, after: decimal, change: signed });
const burns = { expected: amount, worst: amount };

const finding = z.strictObject({
  rule: z.string(),
  level: z.string(),
  severity: z.string(),
  urn: z.string(),
  path: z.string(),
  message: z.string(),
  fix: z.string(),
});

/** How one environment of the working tree differs from the same environment of another commit. */
export const comparison = z.strictObject({
  environment: z.string(),
  state: z.enum(["both", "added", "removed"]).meta({ description: "On which side there is such an environment." }),
  verdict: z
    .strictObject({ before: z.string(), after: z.string() })
    .meta({ description: "Empty where there is none." }),
  resources: z.strictObject({
    before: z.int().nonnegative(),
    after: z.int().nonnegative(),
    added: z.array(resource),
    removed: z.array(resource),
    changed: z
      .array(resource.extend({ properties: z.array(z.string()).meta({ description: "Inputs, by their first key." }) }))
      .meta({ description: "Empty if the other commit's plan did not tell its inputs." }),
  }),
  monthlyEuros: z.strictObject({
    ...burns,
    parts: z
      .array(z.strictObject({ name: z.string(), ...burns }))
      .meta({ description: "Pools, workloads; changed ones." }),
  }),
  findings: z.strictObject({ added: z.array(finding), resolved: z.array(finding), kept: z.int().nonnegative() }),
});

/** `plan --against <ref> --json` writes one of these. */
export const comparisons = z
  .strictObject({
    ref: z.string().meta({ description: "As it was given." }),
    commit: z.string().meta({ description: "What it stands for." }),
    notes: z.array(z.string()).meta({ description: "What limits the comparison." }),
    environments: z.array(comparison),
  })
  .meta({
    title: "splitfleet plan against a commit",
    description: "What `npm run -s plan -- [environment ...] --against <git ref> --json` writes to standard output.",
  });

export type Comparison = z.infer<typeof comparison>;
export type Comparisons = z.infer<typeof comparisons>;
export type Change = z.infer<typeof amount>;
export type ComparedFinding = z.infer<typeof finding>;
