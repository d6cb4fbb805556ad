import type { ServedModel } from "../contract.ts";

/** Loads each model. @param threads Cores that a model may use. */
export const preloadScript = (models: readonly ServedModel[], threads: number): string =>
  models.map((model) => preload(model, threads)).join("\n");

/**
 * Fetches a model and loads it, so that no caller waits for that. Mapped weights would be in memory twice: once as the
 * file's pages, once as the copy that the processor's instructions want.
 */
const preload = ({ reference, contextTokens }: ServedModel, threads: number): string =>
  [
    `ollama pull ${reference}`,
    "cat > /tmp/Modelfile <<EOF",
    `FROM ${reference}`,
    "PARAMETER use_mmap false",
    `PARAMETER num_ctx ${contextTokens}`,
    `PARAMETER num_thread ${threads}`,
    "EOF",
    `ollama create ${reference} -f /tmp/Modelfile`,
    `ollama run ${reference} ""`,
  ].join("\n");
