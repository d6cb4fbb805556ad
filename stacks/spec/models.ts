import { z } from "zod";
import { dataClass, gibibytes, slug } from "./values.ts";

export const model = z.strictObject({
  engine: z.literal("ollama").meta({ description: "What serves it." }),
  reference: z.string().min(1).meta({ description: "Name in the engine's own library, with its tag." }),
  weightsGiB: gibibytes.meta({ description: "Size of the weights in memory." }),
  contextTokens: z.int().min(512).default(4096),
  contextKiBPerToken: z.number().positive().meta({ description: "Key-value cache of one token." }),
  tier: z.enum(["small", "large", "frontier"]),
  dataClass: dataClass.meta({ description: "The most sensitive prompt that may be sent to it." }),
});

/** The model catalogue: what teams may ask the proxy for. */
export const models = z.record(slug, model);
