import { z } from "zod";
import { pattern, share, slug } from "./values.ts";

const portion = share.or(z.literal(0)).default(0).meta({ errorMessage: "a share from 0 to 1" });
const quantity = z.number().nonnegative();

/** Where traffic may go that leaves every site. */
export const INTERNET = "internet";

const tokens = z.strictObject({
  model: slug.meta({ description: "A key of `models`." }),
  team: slug.meta({ description: "A key of `teams`: who pays for it." }),
  requestsPerMonth: quantity,
  promptTokens: quantity.meta({ description: "Mean of a request, what a cache holds included." }),
  completionTokens: quantity.meta({ description: "Mean of a request." }),
  cacheHitShare: portion.meta({ description: "Requests that the fleet's own response cache answers." }),
  cachedPromptShare: portion.meta({
    description: "Of the prompt tokens that are bought: those read from the provider's prompt cache.",
  }),
  batchedShare: portion.meta({ description: "Of the requests that are bought: those sent in batches." }),
  batchDiscount: portion.meta({ description: "What the provider takes off the price of batched requests." }),
});

const route = z.strictObject({
  from: slug.meta({ description: "A key of `sites`: who sends is billed." }),
  to: pattern(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/, `a key of \`sites\`, or ${INTERNET}`).meta({
    description: `A key of \`sites\`, or \`${INTERNET}\`.`,
  }),
  team: slug.default("platform").meta({ description: "A key of `teams`: who pays for it." }),
  gigabytesPerMonth: quantity,
});

/** What is expected to be used, where the plan alone can not say. */
export const usage = z.strictObject({
  pools: z
    .record(slug, z.strictObject({ nodeHoursPerMonth: quantity }))
    .default({})
    .meta({
      description: "Expected node hours a month of pools that scale; a pool not named runs its desired size all month.",
    }),
  tokens: z.record(slug, tokens).default({}).meta({
    description: "Requests to models by endpoint, such as `chat`; those to API models are billed by the token.",
  }),
  traffic: z
    .record(slug, route)
    .default({})
    .meta({ description: "Bytes that leave a site, by route, such as `backups`." }),
});
