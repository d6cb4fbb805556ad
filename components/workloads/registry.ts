import { litellm } from "./litellm.ts";
import { ollama } from "./ollama.ts";

/** Every kind of workload that an environment may name. */
export const registry = [litellm, ollama] as const;
