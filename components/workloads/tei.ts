import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { HUB_EGRESS } from "./model-hub.ts";
import { httpProbes } from "./probes.ts";
import { ALERTS, METRICS, PANELS } from "./tei/observability.ts";

const API = 8080;
const METRICS_PORT = 9000;
/** The server, its tokenizers and one batch, beside the weights. */
const OVERHEAD_MIB = 512;

/** Embeddings on CPU by text-embeddings-inference. Its weights can be fetched again at any time. */
export const tei = defineWorkload({
  kind: "tei",
  layer: "retrieval",
  summary: "Embeddings of text, on CPU nodes",
  memory: "Weights of its model twice, because they are converted as they load, and 512 MiB for the server.",
  runtimes: ["kubernetes", "compose"],
  ports: {
    api: { port: API, audience: "cluster", credentials: "api-key" },
    metrics: { port: METRICS_PORT, audience: "cluster" },
  },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    model: z.string().meta({ description: "Key of the embedding model in `models`." }),
    cpu: z.int().min(1).default(2).meta({ description: "Cores of one replica, and its threads." }),
    replicas: z.int().min(1).max(20).default(1),
    maxBatchTokens: z.int().min(512).default(4096).meta({ description: "Tokens that it embeds at once." }),
  },
  example: { model: "embeddings" },
  serves: (spec) => [spec.model],
  egress: () => HUB_EGRESS,
  build: ({ model: name, cpu, replicas, maxBatchTokens }, { image, models }) => {
    const model = models[name];
    if (model === undefined) throw new Error(`\`models\` has no ${name}`);
    return {
      replicas,
      container: {
        image: image("tei"),
        args: ["--model-id", model.reference, "--port", String(API), "--prometheus-port", String(METRICS_PORT)],
        env: {
          API_KEY: { secret: "api-key", key: "key" },
          HUGGINGFACE_HUB_CACHE: "/models",
          MAX_BATCH_TOKENS: String(maxBatchTokens),
          AUTO_TRUNCATE: "false",
          TOKENIZATION_WORKERS: "1",
          OMP_NUM_THREADS: String(cpu),
          MKL_NUM_THREADS: String(cpu),
          RAYON_NUM_THREADS: String(cpu),
        },
        cpu: { request: cpu, limit: cpu },
        memoryMiB: { request: OVERHEAD_MIB + Math.ceil(model.weightsGiB * 2 * 1024) },
        probes: httpProbes({ port: API, ready: "/health", startSeconds: 600 }),
        scratch: ["/tmp"],
        user: 10001,
      },
      volumes: { models: { path: "/models", sizeGiB: Math.ceil(model.weightsGiB * 2) + 1, keep: false } },
      secrets: { "api-key": { class: "generated", keys: ["key"] } },
    };
  },
});
