import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { eraseJob } from "./erase-job.ts";
import { nightly } from "./nightly.ts";
import { httpProbes } from "./probes.ts";
import { BACKUPS, DATA, environment, KEY } from "./weaviate/environment.ts";
import { ALERTS, METRICS, PANELS } from "./weaviate/observability.ts";
import { backupScript, eraseScript } from "./weaviate/scripts.ts";

const HTTP = 8080;
const GRPC = 50051;
const METRICS_PORT = 2112;
const USER = 1000;

/** Vectors and words searched together, with tenants kept apart; in place of Qdrant where that is needed. */
export const weaviate = defineWorkload({
  kind: "weaviate",
  layer: "retrieval",
  summary: "Vector database with hybrid search",
  memory: "1 GiB, and 6 bytes for each dimension of each vector.",
  runtimes: ["kubernetes", "compose"],
  ports: {
    http: { port: HTTP, audience: "cluster", credentials: "api-key" },
    grpc: { port: GRPC, audience: "cluster", scheme: "grpc", credentials: "api-key" },
    metrics: { port: METRICS_PORT, audience: "cluster" },
  },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  backups: "optional",
  spec: {
    vectors: z.int().min(1000).default(300_000).meta({ description: "Most that all collections hold." }),
    dimensions: z.int().min(2).default(1024).meta({ description: "Of a vector, as the embedding model makes them." }),
    cpu: z.number().positive().default(0.5),
    subjectField: z
      .string()
      .regex(/^\w+$/)
      .default("subject")
      .meta({ description: "Property of an object that says whom it is about." }),
    retentionDays: z.int().min(1).default(365).meta({ description: "Age at which its writers delete objects." }),
  },
  build: (spec, context) => {
    const vectorsMiB = (spec.vectors * spec.dimensions * 4) / 1024 ** 2;
    const memoryMiB = 1024 + Math.ceil(vectorsMiB * 1.5);
    const diskGiB = Math.ceil((vectorsMiB * 4) / 1024) + 2;
    const client = context.image("curl");
    return {
      replicas: 1,
      container: {
        image: context.image("weaviate"),
        command: ["/bin/weaviate"],
        args: ["--host", "0.0.0.0", "--port", String(HTTP), "--scheme", "http"],
        env: environment(memoryMiB, METRICS_PORT),
        cpu: { request: spec.cpu },
        memoryMiB: { request: memoryMiB },
        probes: httpProbes({
          port: HTTP,
          ready: "/v1/.well-known/ready",
          live: "/v1/.well-known/live",
          startSeconds: 600,
          timeoutSeconds: 3,
        }),
        scratch: ["/tmp"],
        user: USER,
      },
      sidecars: {
        backups: nightly({
          image: client,
          script: backupScript(HTTP),
          env: { HOST: "127.0.0.1", ...KEY },
          user: USER,
        }),
      },
      volumes: {
        data: { path: DATA, sizeGiB: diskGiB, keep: true, retentionDays: spec.retentionDays },
        backups: {
          path: BACKUPS,
          sizeGiB: diskGiB * 2,
          keep: true,
          retentionDays: Math.min(3, spec.retentionDays),
          backup: { everyHours: 24, keepDays: Math.min(14, spec.retentionDays) },
        },
      },
      secrets: { "api-key": { class: "generated", keys: ["key"] } },
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
