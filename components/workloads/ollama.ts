import { z } from "zod";
import { defineWorkload, type ServedModel } from "./contract.ts";
import { preloadScript } from "./ollama/preload.ts";
import { httpProbes } from "./probes.ts";

const API = 11434;
/** Runtime, request buffers and the engine itself, beside weights and context. */
const OVERHEAD_MIB = 512;

/** Of what the context takes as 16-bit floats: blocks of 32 values are kept in 34 bytes instead of 64. */
const CACHE_SHARE = { f16: 1, q8_0: 34 / 64 };

const residentMiB = (model: ServedModel, contexts: number): number =>
  Math.ceil(model.weightsGiB * 1024 + (model.contextTokens * model.contextKiBPerToken * contexts) / 1024);

/** Small language models on CPU. Keeps weights on a volume that can be filled again at any time. */
export const ollama = defineWorkload({
  kind: "ollama",
  layer: "inference",
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
    cpu: z.int().min(1).default(2).meta({ description: "Cores of one replica, and its threads." }),
    cacheType: z.enum(["f16", "q8_0"]).default("f16").meta({
      description: "How the context is kept in memory; `q8_0` takes half of it, for answers that are slightly worse.",
    }),
    replicas: z.int().min(1).max(20).default(1),
    storageGiB: z.number().positive().default(30),
  },
  example: { models: ["small"] },
  serves: (spec) => spec.models,
  // The registry sends on to its store for the weights themselves.
  egress: () =>
    ["registry.ollama.ai", "dd20bb891979d25aebc8bec07b2b3bbc.r2.cloudflarestorage.com"].map((host) => ({
      host,
      port: 443,
      purpose: "model weights",
    })),
  build: (spec, context) => {
    const loaded = spec.models.flatMap((name) => context.models[name] ?? []);
    const contexts = spec.parallel * CACHE_SHARE[spec.cacheType];
    const image = context.image("ollama");
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
          OLLAMA_KV_CACHE_TYPE: spec.cacheType,
          OLLAMA_FLASH_ATTENTION: "1",
          OLLAMA_MAX_QUEUE: "64",
          OLLAMA_LOAD_TIMEOUT: "15m",
          OLLAMA_NO_CLOUD: "1",
        },
        cpu: { request: spec.cpu },
        memoryMiB: {
          request: OVERHEAD_MIB + loaded.reduce((sum, model) => sum + residentMiB(model, contexts), 0),
        },
        probes: httpProbes({ port: API, ready: "/", startSeconds: 300 }),
        scratch: ["/tmp"],
        user: 10001,
      },
      volumes: { models: { path: "/models", sizeGiB: spec.storageGiB, keep: false } },
      jobs: {
        preload: {
          image,
          command: ["/bin/sh", "-ec"],
          args: [preloadScript(loaded, spec.cpu)],
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
