import { z } from "zod";
import { dataClass, slug } from "../../../stacks/spec/values.ts";
import { MODEL_CLASSES } from "./ways.ts";

const quantity = z.number().nonnegative();
const portion = z.number().min(0).max(1);

const workload = z.strictObject({
  share: portion.meta({ description: "Of the profile's requests." }),
  modelClass: z.enum(MODEL_CLASSES).meta({
    description: "The smallest class of models that is good enough: `small` (7B), `large` (70B), `frontier`.",
  }),
  dataClass: dataClass.meta({ description: "The most sensitive prompt." }),
  promptTokens: quantity.meta({ description: "Mean of a request." }),
  completionTokens: quantity.meta({ description: "Mean of a request." }),
  patienceSeconds: z.number().positive().meta({ description: "How long a whole answer may take." }),
  peakFactor: z.number().min(1).meta({ description: "Requests of the busiest minute by those of the mean minute." }),
  cacheHitShare: portion.default(0).meta({ description: "Requests that a response cache answers." }),
  cachedPromptShare: portion.default(0).meta({ description: "Prompt tokens read from a provider's prompt cache." }),
  batchedShare: portion.default(0).meta({ description: "Requests that can wait for a batch." }),
  batchDiscount: portion.default(0).meta({ description: "What a provider takes off the price of a batch." }),
});

/** What is known about the use of models before one is chosen. Shipped ones stand in `profiles/`. */
export const profile = z.strictObject({
  name: slug,
  summary: z.string().min(10),
  source: z.string().min(10).meta({ description: "Where the figures come from, and which are assumptions." }),
  requestsPerMonth: quantity,
  dailyUsers: quantity.meta({ description: "Active users a day." }),
  regions: z.int().min(1).default(1).meta({ description: "Regions that must go on without each other." }),
  workloads: z.record(slug, workload),
  apiDataClass: dataClass
    .default("internal")
    .meta({ description: "The most sensitive class that may leave to an API." }),
  phase: z
    .enum(["validation", "production"])
    .meta({ description: "Whether it is settled that the product is wanted." }),
  regulated: z
    .boolean()
    .default(false)
    .meta({ description: "Under a law that asks for audits, as in health or finance." }),
  team: z.strictObject({
    skills: z.enum(["none", "linux", "kubernetes"]).meta({ description: "What it can operate today." }),
    eurosPerHour: quantity,
    operationsHoursPerMonth: quantity.meta({ description: "What keeping a fleet of its own takes." }),
    auditEurosPerYear: quantity.default(0).meta({ description: "Certification and audits that self-hosting adds." }),
  }),
});

export type Profile = z.infer<typeof profile>;
export type ProfileWorkload = Profile["workloads"][string];
