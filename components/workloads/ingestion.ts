import { z } from "zod";
import { credential, defineWorkload } from "./contract.ts";
import { converter } from "./ingestion/converter.ts";
import { PYTHON_FOLDER, pythonFiles } from "./python/sources.ts";
import { s3Environment } from "./s3/client.ts";

const CONVERTER = 5001;

/** Turns documents of the object store into vectors, in pods that come with the work and go with it. Keeps no data. */
export const ingestion = defineWorkload({
  kind: "ingestion",
  layer: "retrieval",
  summary: "Documents from the object store, converted, cut into pieces, embedded and stored as vectors",
  memory: "`converterMiB` for the converter, and 128 MiB; nothing while no document waits.",
  runtimes: ["kubernetes"],
  ports: {},
  needs: {
    queue: { kind: "valkey-queue", port: "redis" },
    store: { kind: ["seaweedfs", "object-storage"], port: "s3" },
    proxy: { kind: "litellm", port: "api" },
    vectors: { kind: "qdrant", port: "http" },
  },
  spec: {
    model: z.string().meta({ description: "Embedding model, a key of `models`." }),
    bucket: z.string().default("documents"),
    collection: z.string().default("documents"),
    list: z.string().default("ingestion").meta({
      description: "List of the queue: JSON with `key`, the document's, and `subject`, the person it is about if any.",
    }),
    maximum: z.int().min(1).max(50).default(4).meta({ description: "Most pods at once." }),
    perPod: z.int().min(1).default(20).meta({ description: "Documents that wait, for each pod." }),
    pieceCharacters: z.int().min(200).default(2000),
    overlapCharacters: z.int().min(0).default(200),
    batch: z.int().min(1).max(256).default(32).meta({ description: "Pieces embedded at once." }),
    itemSeconds: z.int().min(60).default(900).meta({ description: "After it, a document's worker counts as lost." }),
    converterMiB: z.int().min(1024).default(3072),
    converterCpu: z.number().positive().default(2),
  },
  example: { model: "embeddings" },
  build: ({ maximum, perPod, converterMiB, converterCpu, ...settings }, context) => {
    const { queue, store, proxy, vectors } = context.needs;
    return {
      replicas: {
        minimum: 0,
        maximum,
        by: { kind: "queue", server: queue, list: settings.list, perReplica: perPod },
      },
      container: {
        image: context.image("python"),
        command: ["python3", `${PYTHON_FOLDER}/worker.py`],
        env: {
          ...s3Environment(store),
          QUEUE_HOST: queue.host,
          QUEUE_PORT: String(queue.port),
          QUEUE_PASSWORD: credential(queue, "password"),
          PROXY_URL: proxy.url,
          PROXY_KEY: credential(proxy, "key"),
          VECTORS_URL: vectors.url,
          VECTORS_KEY: credential(vectors, "key"),
          CONVERTER_URL: `http://localhost:${CONVERTER}`,
          SETTINGS: JSON.stringify(settings),
          PYTHONDONTWRITEBYTECODE: "1",
        },
        cpu: { request: 0.1 },
        memoryMiB: { request: 128, limit: 256 },
        // What it has begun it finishes.
        lifecycle: { graceSeconds: settings.itemSeconds },
        user: 10001,
      },
      sidecars: {
        converter: converter({
          image: context.image("docling"),
          port: CONVERTER,
          cpu: converterCpu,
          memoryMiB: converterMiB,
          itemSeconds: settings.itemSeconds,
        }),
      },
      files: pythonFiles("python/s3.py", "ingestion/queue_client.py", "ingestion/worker.py"),
    };
  },
});
