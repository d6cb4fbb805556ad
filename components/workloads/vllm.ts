import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { HUB_EGRESS } from "./model-hub.ts";
import { adapterSync } from "./vllm/adapters.ts";
import { INDICATORS } from "./vllm/indicators.ts";
import { ALERTS, METRICS, PANELS } from "./vllm/observability.ts";
import { servingCheck } from "./vllm/serving.ts";

const API = 8000;

/** A large language model on GPUs. Its weights and adapters can be fetched again at any time. */
export const vllm = defineWorkload({
  kind: "vllm",
  layer: "inference",
  summary: "A large language model on GPU nodes, with LoRA adapters from the object store",
  memory: "`memoryGiB`, and 2 GiB of shared memory for each GPU; weights and context are in the GPUs' memory.",
  runtimes: ["kubernetes"],
  ports: { api: { port: API, audience: "cluster", credentials: "api-key" } },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  indicators: INDICATORS,
  needs: { adapters: { kind: ["seaweedfs", "object-storage"], port: "s3", optional: true } },
  spec: {
    model: z.string().meta({ description: "Key of the model in `models`." }),
    gpus: z.int().min(1).max(8).default(1).meta({ description: "GPUs that one replica spreads its weights over." }),
    gpuSlice: z.string().optional().meta({
      description: "MIG profile such as 3g.40gb, on a pool that divides its GPUs; one replica has one instance.",
    }),
    replicas: z.int().min(1).max(20).default(1),
    cpu: z.number().positive().default(6),
    memoryGiB: z.number().positive().default(16).meta({ description: "Of the node, for one replica." }),
    gpuMemoryShare: z
      .number()
      .min(0.3)
      .max(0.95)
      .default(0.9)
      .meta({ description: "Part of each GPU's memory that weights and context may take." }),
    adapters: z
      .strictObject({
        bucket: z.string(),
        prefix: z.string().default("adapters/"),
        loaded: z.int().min(1).max(32).default(4).meta({ description: "Adapters in the GPU's memory at once." }),
        rank: z.union([z.literal(8), z.literal(16), z.literal(32), z.literal(64)]).default(16),
      })
      .optional()
      .meta({ description: "Where LoRA adapters are, one folder each; a request names the folder as its model." }),
  },
  example: { model: "large" },
  serves: (spec) => [spec.model],
  egress: () => HUB_EGRESS,
  build: (spec, context) => {
    const model = context.models[spec.model];
    if (model === undefined) throw new Error(`\`models\` has no ${spec.model}`);
    const { gpus, gpuSlice, adapters } = spec;
    if (gpuSlice !== undefined && gpus > 1) throw new Error("`gpus` is above 1: MIG instances do not work together");
    const probe = { port: API, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 5 };
    const alive = { path: "/health", ...probe };
    const sync = adapters === undefined ? undefined : adapterSync(adapters, context);
    // It answers /health before it serves: only the list of models says that the weights are loaded.
    const serving = { ...probe, command: ["python3", "-c", servingCheck(API)] };
    return {
      replicas: spec.replicas,
      container: {
        image: context.image("vllm"),
        args: [
          `--model=${model.reference}`,
          `--served-model-name=${model.name}`,
          `--port=${API}`,
          `--tensor-parallel-size=${gpus}`,
          `--max-model-len=${model.contextTokens}`,
          `--gpu-memory-utilization=${spec.gpuMemoryShare}`,
          "--disable-log-requests",
          ...(sync?.args ?? []),
        ],
        env: {
          VLLM_API_KEY: { secret: "api-key", key: "key" },
          VLLM_CACHE_ROOT: "/tmp/vllm",
          VLLM_NO_USAGE_STATS: "1",
          HF_HOME: "/models",
          HOME: "/tmp",
          // PyTorch asks for the name of its user, which the image knows only of root.
          USER: "vllm",
          ...sync?.env,
        },
        cpu: { request: spec.cpu },
        memoryMiB: { request: Math.ceil(spec.memoryGiB * 1024) },
        gpus,
        ...(gpuSlice === undefined ? {} : { gpuSlice }),
        sharedMemoryMiB: 2048 * gpus,
        probes: { startup: { ...alive, failureThreshold: 60 }, readiness: serving, liveness: alive },
        lifecycle: { graceSeconds: 120, drainSeconds: 10 },
        scratch: ["/tmp"],
        user: 10001,
      },
      ...(sync === undefined ? {} : { sidecars: { adapters: sync.sidecar } }),
      volumes: {
        models: { path: "/models", sizeGiB: Math.ceil(model.weightsGiB * 1.5) + 10, keep: false },
        ...sync?.volumes,
      },
      secrets: { "api-key": { class: "generated", keys: ["key"] } },
    };
  },
});
