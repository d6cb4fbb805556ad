import { stringify } from "yaml";
import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { eraseJob } from "./erase-job.ts";
import { nightly } from "./nightly.ts";
import { httpProbes } from "./probes.ts";
import { configuration, DATA, SNAPSHOTS } from "./qdrant/configuration.ts";
import { ALERTS, METRICS, PANELS } from "./qdrant/observability.ts";
import { eraseScript, snapshotScript } from "./qdrant/scripts.ts";

const HTTP = 6333;
const GRPC = 6334;
const USER = 1000;
const KEY = { API_KEY: { secret: "api-key", key: "key" } } as const;

/** Vectors with what belongs to each, searched by likeness. */
export const qdrant = defineWorkload({
  kind: "qdrant",
  layer: "retrieval",
  summary: "Vector database",
  memory:
    "256 MiB, and 6 bytes for each dimension of each vector, or 1.5 with `quantised`: the originals are on disk then.",
  runtimes: ["kubernetes", "compose"],
  ports: {
    http: { port: HTTP, audience: "cluster", credentials: "api-key" },
    grpc: { port: GRPC, audience: "cluster", scheme: "grpc", credentials: "api-key" },
  },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  backups: "optional",
  spec: {
    vectors: z.int().min(1000).default(300_000).meta({ description: "Most that all collections hold." }),
    dimensions: z.int().min(2).default(1024).meta({ description: "Of a vector, as the embedding model makes them." }),
    quantised: z.boolean().default(true).meta({
      description: "Whether one byte stands for a dimension in memory instead of four; new collections only.",
    }),
    cpu: z.number().positive().default(0.5),
    subjectField: z
      .string()
      .regex(/^[\w.]+$/)
      .default("subject")
      .meta({ description: "Field of a point that says whom it is about." }),
    retentionDays: z.int().min(1).default(365).meta({ description: "Age at which its writers delete points." }),
  },
  build: (spec, context) => {
    const vectorsMiB = (spec.vectors * spec.dimensions * 4) / 1024 ** 2;
    const diskGiB = Math.ceil((vectorsMiB * 4) / 1024) + 2;
    const client = context.image("curl");
    return {
      replicas: 1,
      container: {
        image: context.image("qdrant"),
        command: ["/qdrant/qdrant", "--config-path", "/etc/qdrant/config.yaml"],
        env: {
          QDRANT__SERVICE__API_KEY: KEY.API_KEY,
          QDRANT__SERVICE__READ_ONLY_API_KEY: { secret: "api-key", key: "read-only" },
          QDRANT_INIT_FILE_PATH: "/tmp/initialized",
        },
        cpu: { request: spec.cpu },
        memoryMiB: { request: 256 + Math.ceil(vectorsMiB * 1.5 * (spec.quantised ? 0.25 : 1)) },
        probes: httpProbes({ port: HTTP, ready: "/readyz", live: "/livez", startSeconds: 600, timeoutSeconds: 3 }),
        scratch: ["/tmp"],
        user: USER,
      },
      sidecars: {
        snapshots: nightly({
          image: client,
          script: snapshotScript(HTTP),
          env: { HOST: "127.0.0.1", ...KEY },
          user: USER,
        }),
      },
      files: {
        "/etc/qdrant/config.yaml": stringify(configuration({ http: HTTP, grpc: GRPC, quantised: spec.quantised })),
      },
      volumes: {
        data: { path: DATA, sizeGiB: diskGiB, keep: true, retentionDays: spec.retentionDays },
        snapshots: {
          path: SNAPSHOTS,
          sizeGiB: diskGiB * 2,
          keep: true,
          retentionDays: spec.retentionDays,
          backup: { everyHours: 24, keepDays: Math.min(14, spec.retentionDays) },
        },
      },
      secrets: { "api-key": { class: "generated", keys: ["key", "read-only"] } },
      erasure: {
        job: eraseJob({
          image: client,
          script: eraseScript(HTTP, spec.subjectField),
          env: { HOST: context.name, ...KEY },
          user: USER,
        }),
      },
    };
  },
});
