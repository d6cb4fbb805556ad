import { z } from "zod";
import { decimal } from "../../../policies/cost.ts";

const text = z.string();
const place = z.enum(["self-hosted", "api"]);

const way = z.strictObject({
  kind: z.enum(["self-hosted", "api", "hybrid"]),
  workloads: z.array(z.strictObject({ name: text, place, by: text.meta({ description: "Machines or a model." }) })),
  computeEuros: decimal,
  apiEuros: decimal,
  labourEuros: decimal.meta({ description: "Hours of operation, and audits where they were stated." }),
  totalEuros: decimal,
});

const point = z.strictObject({
  requestsPerMonth: z.number(),
  selfHostedEuros: decimal.nullable(),
  hybridEuros: decimal.nullable(),
  apiEuros: decimal.nullable(),
  cheapestEuros: decimal.nullable(),
});

/** Advice on a usage profile. Amounts are euros a month, net of tax. */
export const profileAdvice = z.strictObject({
  profile: text,
  summary: text,
  source: text,
  requestsPerMonth: z.number(),
  recommendation: z.enum(["self-hosted", "api", "hybrid", "none"]),
  reasons: z.array(text),
  ways: z.array(way).meta({ description: "The cheapest of each kind, cheapest first." }),
  breakEvenRequestsPerMonth: z.number().nullable().meta({
    description:
      "From here on machines of one's own, for all or some workloads, cost no more than APIs; null if never.",
  }),
  curve: z.array(point),
  runtime: z.strictObject({
    recommendation: z.enum(["none", "compose", "k3s"]),
    reasons: z.array(text),
    learningEuros: z.strictObject({ low: decimal, high: decimal }).nullable(),
  }),
  thresholds: z.array(z.strictObject({ question: text, published: text, today: text })),
});

/** One change to an environment with what it saves. */
const saving = z.strictObject({
  what: z.string(),
  change: z.string(),
  expectedEurosPerMonth: decimal.meta({ description: "What the expected burn falls by." }),
  condition: z.string().meta({ description: "What has to hold for it." }),
});

export const environmentAdvice = z.strictObject({
  environment: text,
  expectedEurosPerMonth: decimal,
  savings: z.array(saving).meta({ description: "Largest first. They overlap, so they do not add up." }),
});

/** `advise --json` writes one of the two and nothing else. */
export const advice = z.union([profileAdvice, environmentAdvice]).meta({
  title: "splitfleet advise",
  description: "What `npm run -s advise -- <profile or environment> --json` writes to standard output.",
});

export type ProfileAdvice = z.infer<typeof profileAdvice>;
export type EnvironmentAdvice = z.infer<typeof environmentAdvice>;
export type Saving = z.infer<typeof saving>;
export type Point = z.infer<typeof point>;
