import { z } from "zod";
import type { Targets } from "../../components/workloads/contract.ts";
import { share } from "./values.ts";

const positive = z.number().positive();

/** What the environment aims at: the scorecard shows each figure beside its target. */
export const targets = z.strictObject({
  p95Seconds: positive.optional().meta({ description: "From a request to its full answer: 95 of 100 take no longer." }),
  queueWaitSeconds: positive
    .optional()
    .meta({ description: "95 of 100 requests wait no longer before a model server." }),
  gpuBusyShare: share.optional().meta({ description: "Least share of time in which GPUs work." }),
  kvCacheShare: share.optional().meta({ description: "Most of the key-value cache of model servers that is in use." }),
  lowTierShare: share
    .optional()
    .meta({ description: "Least share of requests that models of the tier `small` answer." }),
  costPerThousandInferencesDollars: positive.optional().meta({
    description:
      "What providers bill for 1,000 requests, in the proxy's currency; own hardware stands in the plan's bill.",
  }),
  retryShare: share
    .optional()
    .meta({ description: "Most of the requests that another model than the one asked for answered." }),
  rollbackShare: share.optional().meta({ description: "Most of the promotions of models that are taken back." }),
}) satisfies z.ZodType<Targets>;
