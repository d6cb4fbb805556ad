import { z } from "zod";
import { defineWorkload, type ServedModel } from "./contract.ts";

const API = 11434;
/** Runtime, request buffers and the engine itself, beside weights and context. */
const OVERHEAD_MIB = 512;

const residentMiB = (model: ServedModel, parallel: number): number =>
  Math.ceil(model.weightsGiB * 1024 + (model.contextTokens * model.contextKiBPerToken * parallel) / 1024);

/** Small language models on CPU. Keeps weights on a volume that can be filled again at any time. */
export const ollama = defineWorkload({
  kind: "ollama",
  summary: "Small language models on CPU nodes",
  memory:
    "Weights and context of each loaded model, the context once for each parallel request, and 512 MiB for the engine.",
  runtimes: ["kubernetes", "compose"],
  ports: { api: { port: API, audience: "cluster" } },
  spec: {
    models: z.array(z.string()).min(1).meta({ description: "Keys of `models` that stay loaded." }),
    parallel: z
      .int()
      .min(1)
      .max(16)
      .default(1)
      .meta({ description: "Requests at once; each has a context of its own in memory." }),
    cpu: z.number().positive().default(2).meta({ description: "Cores of one replica." }),
    replicas: z.int().min(1).max(20).default(1),
    storageGiB: z.number().positive().default(30),
  },
  example: { models: ["small"] },
  serves: (spec) => spec.models,
  egress: () => [{ host: "registry.ollama.ai", port: 443, purpose: "model weights" }],
  build: (spec, context) => {
    const loaded = spec.models.flatMap((name) => context.models[name] ?? []);
    const image = context.image("ollama");
    const health = { path: "/", port: API, periodSeconds: 10, failureThreshold: 3 };
    return {
      replicas: spec.replicas,
      container: {
        image,
        env: {
          OLLAMA_HOST: `0.0.0.0:${API}`,
          OLLAMA_MODELS: "/models",
          HOME: "/tmp",
          OLLAMA_KEEP_ALIVE: "-1",
          OLLAMA_NUM_PARALLEL: String(spec.parallel),
          OLLAMA_MAX_LOADED_MODELS: String(loaded.length),
          OLLAMA_CONTEXT_LENGTH: String(Math.max(...loaded.map((model) => model.contextTokens))),
          OLLAMA_NO_CLOUD: "1",
        },
        cpu: { request: spec.cpu },
        memoryMiB: {
          request: OVERHEAD_MIB + loaded.reduce((sum, model) => sum + residentMiB(model, spec.parallel), 0),
        },
        probes: { startup: { ...health, failureThreshold: 30 }, readiness: health, liveness: health },
        scratch: ["/tmp"],
        user: 10001,
      },
      volumes: { models: { path: "/models", sizeGiB: spec.storageGiB, keep: false } },
      jobs: {
        preload: {
          image,
          command: ["/bin/sh", "-ec"],
          args: [loaded.map((model) => `ollama pull ${model.reference}`).join("\n")],
          env: { OLLAMA_HOST: `http://${context.name}:${API}`, HOME: "/tmp" },
          cpu: { request: 0.1 },
          memoryMiB: { request: 128 },
          scratch: ["/tmp"],
          user: 10001,
        },
      },
    };
  },
});
