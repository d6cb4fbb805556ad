import throughput from "./throughput.json" with { type: "json" };

/** From what a 7B model does well to what only the best models do. */
export const MODEL_CLASSES = ["small", "large", "frontier"] as const;
export type ModelClass = (typeof MODEL_CLASSES)[number];

/** A machine with the measured speed of one class of models on it. */
export interface Machine {
  readonly name: string;
  readonly modelClass: ModelClass;
  /** The price that it is paid by; hours of all month. */
  readonly price: {
    readonly provider: string;
    readonly kind: "server" | "gpu-on-demand";
    readonly item: string;
    readonly region: string;
  };
  /** One request at a time. */
  readonly readTokensPerSecond: number;
  readonly writeTokensPerSecond: number;
  /** Read and written over all requests, of a server that batches. Absent: one request at a time. */
  readonly batchedTokensPerSecond?: number;
  readonly source: string;
}

/** A model of somebody else's, by the name in the catalogue. */
export interface ApiModel {
  readonly provider: string;
  readonly model: string;
  readonly modelClass: ModelClass;
}

const isClass = (text: string): text is ModelClass => MODEL_CLASSES.some((known) => known === text);

/** @throws {Error} for a class that {@link MODEL_CLASSES} does not have. */
function modelClassOf(text: string): ModelClass {
  if (!isClass(text))
    throw new Error(`throughput.json: "${text}" is no class of models; expected ${MODEL_CLASSES.join(", ")}`);
  return text;
}

const kindOf = (text: string): Machine["price"]["kind"] => (text === "server" ? "server" : "gpu-on-demand");

export const MACHINES: readonly Machine[] = throughput.machines.map(({ modelClass, price, ...machine }) => ({
  ...machine,
  modelClass: modelClassOf(modelClass),
  price: { ...price, kind: kindOf(price.kind) },
}));

/** By size, or where that is not public, by what they are sold for; the prices stand in the catalogue. */
export const API_MODELS: readonly ApiModel[] = [
  { provider: "groq", model: "llama-3.1-8b", modelClass: "small" },
  { provider: "together", model: "llama-3.1-8b", modelClass: "small" },
  { provider: "mistral", model: "mistral-small-2603", modelClass: "small" },
  { provider: "openai", model: "gpt-4o-mini", modelClass: "small" },
  { provider: "groq", model: "llama-3.3-70b", modelClass: "large" },
  { provider: "together", model: "llama-3.3-70b-turbo", modelClass: "large" },
  { provider: "openai", model: "gpt-5-mini", modelClass: "large" },
  { provider: "anthropic", model: "claude-haiku-4.5", modelClass: "large" },
  { provider: "openai", model: "gpt-4o", modelClass: "frontier" },
  { provider: "openai", model: "gpt-5.4", modelClass: "frontier" },
  { provider: "anthropic", model: "claude-sonnet-5", modelClass: "frontier" },
  { provider: "openai", model: "gpt-5.5", modelClass: "frontier" },
];

/** Whether models of class `offered` are good enough where `asked` is. */
export const suffices = (offered: ModelClass, asked: ModelClass): boolean =>
  MODEL_CLASSES.indexOf(offered) >= MODEL_CLASSES.indexOf(asked);
