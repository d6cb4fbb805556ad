import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { checkpointIntervalSeconds } from "./fine-tuning/checkpoint-interval.ts";
import { dataSet, training } from "./fine-tuning/settings.ts";
import { HUB_EGRESS } from "./model-hub.ts";
import { registryEnvironment } from "./python/environment.ts";
import { PYTHON_FOLDER, pythonFiles } from "./python/sources.ts";
import { s3Environment } from "./s3/client.ts";

/** A LoRA adapter for a model of the hub, trained on nodes that may be taken away. Keeps checkpoints in S3. */
export const fineTuning = defineWorkload({
  kind: "fine-tuning",
  layer: "inference",
  summary: "Training of a LoRA adapter on GPUs that may be taken away, registered as candidate",
  memory: "`memoryGiB`; the base model passes through it on its way to the GPU.",
  runtimes: ["kubernetes"],
  ports: {},
  needs: {
    store: { kind: ["seaweedfs", "object-storage"], port: "s3" },
    registry: { kind: "mlflow", port: "http" },
  },
  spec: {
    base: z.string().meta({ description: "Name of the base model at the hub." }),
    revision: z
      .string()
      .default("main")
      .meta({ description: "Of the base model: a commit, so that it can not change." }),
    model: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,40}$/)
      .meta({ description: "Name of the model in the registry." }),
    data: dataSet.meta({ description: "Examples: lines of JSON with `messages`, of which the last is the answer." }),
    training: training.prefault({}),
    bucket: z.string().default("models").meta({ description: "Takes checkpoints and the adapter." }),
    prefix: z
      .string()
      .default("adapters/")
      .meta({ description: "Folder of the bucket where servers look for adapters." }),
    image: z
      .string()
      .default("fine-tuning")
      .meta({ description: "Name in the lock of an image with PyTorch and PEFT." }),
    gpus: z.int().min(1).max(8).default(1),
    cpu: z.number().positive().default(8),
    memoryGiB: z.number().positive().default(64),
    saveSeconds: z
      .number()
      .positive()
      .default(15)
      .meta({ description: "Time that one checkpoint takes; an adapter with its optimizer is about half a gigabyte." }),
    interruptionsPerHour: z
      .number()
      .positive()
      .default(0.6)
      .meta({ description: "How often a spot node of the pool is taken away; replace it by what you have seen." }),
    deadlineHours: z.number().positive().max(168).default(12),
    retries: z.int().min(0).max(100).default(20).meta({ description: "New pods, each after an interruption." }),
  },
  example: {
    base: "meta-llama/Llama-3.1-8B-Instruct",
    model: "assistant",
    data: { key: "assistant/train.jsonl" },
  },
  egress: () => HUB_EGRESS,
  build: (spec, context) => {
    const { store, registry } = context.needs;
    const { base, revision, model, data, training: learned, bucket, prefix } = spec;
    const checkpointSeconds = checkpointIntervalSeconds(spec);
    const settings = { base, revision, model, data, training: learned, bucket, prefix, checkpointSeconds };
    return {
      form: "batch",
      deadlineSeconds: Math.round(spec.deadlineHours * 3600),
      retries: spec.retries,
      container: {
        image: context.image(spec.image),
        command: ["python3", `${PYTHON_FOLDER}/main.py`],
        env: {
          ...s3Environment(store),
          ...registryEnvironment(registry),
          WORKLOAD: context.name,
          SETTINGS: JSON.stringify(settings),
          HF_HOME: "/cache",
          HF_HUB_DISABLE_TELEMETRY: "1",
          HOME: "/tmp",
          PYTHONDONTWRITEBYTECODE: "1",
        },
        cpu: { request: spec.cpu },
        memoryMiB: { request: Math.ceil(spec.memoryGiB * 1024) },
        gpus: spec.gpus,
        sharedMemoryMiB: 2048,
        // AWS gives two minutes: one step and one save must fit.
        lifecycle: { graceSeconds: 110 },
        scratch: ["/tmp", "/cache"],
        user: 10001,
      },
      files: pythonFiles(
        "python/s3.py",
        "python/model_registry.py",
        "fine-tuning/tune.py",
        "fine-tuning/main.py",
        "fine-tuning/lora.py",
      ),
      priority: "batch",
    };
  },
});
