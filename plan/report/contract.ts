import { z } from "zod";
import { cost, decimal } from "../../policies/cost.ts";
import { exemption } from "../../policies/exemptions.ts";
import { finding } from "../../policies/finding.ts";
import { LABELS } from "../../policies/row.ts";
import { LAYERS } from "../../stacks/workload-facts.ts";

const row = z.strictObject({
  urn: z.string().meta({ description: "As in the engine's state after `up`." }),
  type: z.string(),
  name: z.string(),
  parent: z.string().meta({ description: "URN of the parent; empty for the stack itself." }),
  labels: z
    .partialRecord(z.enum(LABELS), z.string())
    .meta({ description: "`splitfleet/…` labels, without the prefix." }),
  inputs: z
    .record(z.string(), z.string())
    .meta({ description: "A digest of each input, secrets left out: it changes where the resource does." }),
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

const explainedFinding = finding.extend({
  title: z.string().meta({ description: "What the rule demands." }),
  why: z.string(),
  limitFrom: z.string().meta({
    description: "Who says so: a line of the environment file, a parameter of the rule, or the rule's source.",
  }),
  prices: z.array(z.string()).meta({ description: "Catalogue rows behind a finding about money, dearest first." }),
  origin: z
    .strictObject({ file: z.string(), line: z.int().positive() })
    .meta({ description: "Where the environment file asks for the resource, or states the limit." }),
  exemption: z.string().meta({
    description:
      "What to paste into `policies/exemptions.yaml`, with owner and reason to fill in; empty if none counts.",
  }),
});

const euros = decimal.meta({ description: "Euros of the expected month." });
const share = {
  own: euros.meta({ description: "Of what belongs to it alone." }),
  nodes: euros.meta({ description: "Of nodes, by the memory that its pods ask for." }),
  shared: euros.meta({ description: "Of what serves all, in proportion to its own part and its nodes." }),
  total: euros,
};
const overview = z.strictObject({
  providers: z.array(z.string()).meta({ description: "Companies that there is an account with, or that send a bill." }),
  keys: z
    .array(z.string())
    .meta({ description: "Logins that somebody has to hold: of providers, and secret configuration." }),
  bills: z.array(z.string()).meta({ description: "Who sends one; `own machines` for power, space and depreciation." }),
  allocation: z
    .strictObject({
      teams: z.array(z.strictObject({ team: z.string(), ...share })),
      workloads: z
        .array(z.strictObject({ workload: z.string(), team: z.string(), layer: z.enum(LAYERS), ...share }))
        .meta({ description: "Dearest first. What a team buys by itself stands here by the name of its endpoint." }),
      idle: z
        .array(
          z.strictObject({
            pool: z.string(),
            euros: euros.meta({ description: "What nobody asks for, of nodes that always run." }),
            memoryShare: z.number().meta({ description: "Of the pool's memory, from 0 to 1." }),
          }),
        )
        .meta({ description: "Of pools with something left." }),
      unassigned: euros.meta({ description: "Of what serves all, where no workload uses anything." }),
    })
    .meta({ description: "The expected month, split; teams, idle and unassigned add up to it, as do workloads." }),
  layers: z.array(z.strictObject({ layer: z.enum(LAYERS), euros, workloads: z.array(z.string()) })).meta({
    description: "The expected month by layer; `deployment` also has what is idle or unassigned. Adds up to it.",
  }),
});
export type Overview = z.infer<typeof overview>;

/** One environment's plan. `plan --json` writes an array of these and nothing else. */
export const planReport = z.strictObject({
  environment: z.string(),
  rows: z.array(row).meta({ description: "Every resource that `up` would register, sorted by URN." }),
  cost,
  overview,
  findings: z.array(explainedFinding).meta({ description: "Worst first." }),
  exempted: z.array(z.strictObject({ finding: explainedFinding, exemption })).meta({
    description: "What would be findings, were they not exempted for a while; see `policies/exemptions.yaml`.",
  }),
  summary,
});

export const planReports = z.array(planReport).meta({
  title: "splitfleet plan",
  description: "What `npm run -s plan -- [environment ...] --json` writes to standard output.",
});

export type ExplainedFinding = z.infer<typeof explainedFinding>;
export type PlanReport = z.infer<typeof planReport>;
export type PlanSummary = z.infer<typeof summary>;
