import { z } from "zod";
import { dataClass, gibibytes, pattern, slug } from "./values.ts";

/** Who sells answers by the token; each has its list in the price catalogue. */
export const API_PROVIDERS = [
  "anthropic",
  "azure",
  "deepinfra",
  "deepseek",
  "groq",
  "mistral",
  "nebius",
  "openai",
  "together",
] as const;

const common = {
  contextTokens: z.int().min(512).default(4096).meta({ description: "Prompt and answer together." }),
  tier: z.enum(["small", "large", "frontier"]).meta({ description: "What it costs to ask, from the cheapest up." }),
  dataClass: dataClass.meta({ description: "The most sensitive prompt that may be sent to it." }),
  fallbacks: z
    .array(slug)
    .default([])
    .meta({ description: "Keys of `models` that are asked, in this order, if it does not answer." }),
};
const hubName = pattern(/^[\w.-]+\/[\w.-]+$/, "a model of the hub such as BAAI/bge-m3");
const memory = {
  weightsGiB: gibibytes.meta({ description: "Size of the weights in memory." }),
  contextKiBPerToken: z.number().positive().meta({ description: "Key-value cache of one token." }),
};

const ollama = z.strictObject({
  engine: z.literal("ollama").meta({ description: "Small models on CPU." }),
  reference: z.string().min(1).meta({ description: "Name in the engine's own library, with its tag." }),
  ...memory,
  ...common,
});

const vllm = z.strictObject({
  engine: z.literal("vllm").meta({ description: "Large models on GPUs." }),
  reference: hubName,
  ...memory,
  ...common,
});

const embeddings = z.strictObject({
  engine: z.literal("tei").meta({ description: "Embeddings; a vector for each text." }),
  reference: hubName,
  dimensions: z.int().min(1).meta({ description: "Length of a vector." }),
  weightsGiB: memory.weightsGiB,
  ...common,
});

const api = z.strictObject({
  engine: z.literal("api").meta({ description: "Somebody else's model, paid by the token." }),
  provider: z.enum(API_PROVIDERS).meta({ description: "Whose; a key of `privacy.processors`." }),
  reference: z.string().min(1).meta({ description: "What the provider calls it." }),
  priceItem: z.string().optional().meta({ description: "Its item in the price catalogue, where that differs." }),
  ...common,
});

const endpoint = z.strictObject({
  engine: z.literal("endpoint").meta({ description: "A model on rented GPUs, paid by the hour." }),
  pool: slug.meta({ description: "A key of `pools`, of kind external." }),
  reference: z.string().min(1).meta({ description: "What the server there calls it." }),
  ...common,
});

export const model = z.discriminatedUnion("engine", [ollama, vllm, embeddings, api, endpoint]);
export type Model = z.infer<typeof model>;

/** The model catalogue: what teams may ask the proxy for. */
export const models = z.record(slug, model);
