import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { HUB_EGRESS } from "./model-hub.ts";

const API = 8080;
const METRICS = 9000;
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
    metrics: { port: METRICS, audience: "cluster" },
  },
  // From the server's source, release 1.9: router/src/http/server.rs and core/src/queue.rs.
  metrics: {
    port: "metrics",
    path: "/metrics",
    names: [
      "te_queue_size",
      "te_request_count",
      "te_request_duration_count",
      "te_request_duration_sum",
      "te_request_failure",
      "te_request_success",
    ],
  },
  alerts: [
    {
      name: "TeiFailing",
      expression:
        "sum by (workload) (rate(te_request_failure[5m])) > 0.05 * sum by (workload) (rate(te_request_count[5m]))",
      forMinutes: 10,
      severity: "ticket",
      summary: "More than 5 % of the texts get no embedding",
      runbook: [
        "Read the server's log: texts longer than the model's context are refused, others wait too long.",
        "Let callers cut their texts into shorter chunks if they are refused.",
        "Add replicas or cores if its queue grows.",
      ],
    },
    {
      name: "TeiQueueing",
      expression: "te_queue_size > 256",
      forMinutes: 15,
      severity: "ticket",
      summary: "Texts wait for their embedding",
      runbook: [
        "See who sends: an ingestion of many documents may wait, a search may not.",
        "Look at the node's processor: a language model on the same cores makes embeddings ten times slower.",
        "Add replicas, or move it to nodes of its own.",
      ],
    },
  ],
  panels: [
    { title: "Texts embedded", expression: "rate(te_request_success[5m])", unit: "reqps" },
    {
      title: "Mean time of a request",
      expression: "rate(te_request_duration_sum[5m]) / rate(te_request_duration_count[5m])",
      unit: "s",
    },
    { title: "Texts that wait", expression: "te_queue_size", unit: "short" },
  ],
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
    const health = { path: "/health", port: API, periodSeconds: 10, failureThreshold: 3 };
    return {
      replicas,
      container: {
        image: image("tei"),
        args: ["--model-id", model.reference, "--port", String(API), "--prometheus-port", String(METRICS)],
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
        probes: { startup: { ...health, failureThreshold: 60 }, readiness: health, liveness: health },
        scratch: ["/tmp"],
        user: 10001,
      },
      volumes: { models: { path: "/models", sizeGiB: Math.ceil(model.weightsGiB * 2) + 1, keep: false } },
      secrets: { "api-key": { class: "generated", keys: ["key"] } },
    };
  },
});
