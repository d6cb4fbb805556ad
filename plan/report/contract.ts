import { z } from "zod";
import { cost } from "../../policies/cost.ts";
import { exemption } from "../../policies/exemptions.ts";
import { finding } from "../../policies/finding.ts";
import { LABELS } from "../../policies/row.ts";

const row = z.strictObject({
  urn: z.string().meta({ description: "As in the engine's state after `up`." }),
  type: z.string(),
  name: z.string(),
  parent: z.string().meta({ description: "URN of the parent; empty for the stack itself." }),
  labels: z
    .partialRecord(z.enum(LABELS), z.string())
    .meta({ description: "`splitfleet/…` labels, without the prefix." }),
  secretPaths: z.array(z.string()).meta({ description: "Property paths whose value is a Pulumi secret." }),
  unknownPaths: z.array(z.string()).meta({ description: "Property paths whose value only `up` decides." }),
});

const summary = z.strictObject({
  resources: z
    .int()
    .nonnegative()
    .meta({ description: "Resources that a provider manages; components and the stack are not counted." }),
  mandatory: z.int().nonnegative(),
  advisory: z.int().nonnegative(),
  undecided: z
    .int()
    .nonnegative()
    .meta({ description: "Mandatory findings that say only that a price or a rule could not be decided." }),
  verdict: z.enum(["pass", "findings", "undecided"]).meta({
    description:
      "`pass`: no mandatory finding (exit code 0). `findings`: at least one (1). `undecided`: one of them is (2).",
  }),
});

/** One environment's plan. `plan --json` writes an array of these and nothing else. */
export const planReport = z.strictObject({
  environment: z.string(),
  rows: z.array(row).meta({ description: "Every resource that `up` would register, sorted by URN." }),
  cost,
  findings: z.array(finding).meta({ description: "Worst first." }),
  exempted: z.array(z.strictObject({ finding, exemption })).meta({
    description: "What would be findings, were they not exempted for a while; see `policies/exemptions.yaml`.",
  }),
  summary,
});

export const planReports = z.array(planReport).meta({
  title: "splitfleet plan",
  description: "What `npm run -s plan -- [environment ...] --json` writes to standard output.",
});

export type PlanReport = z.infer<typeof planReport>;
export type PlanSummary = z.infer<typeof summary>;
