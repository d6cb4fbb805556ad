import { stringify } from "yaml";
import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { ALERTS, METRICS, PANELS } from "./jaeger/observability.ts";
import { HEALTH, TELEMETRY, telemetry } from "./otel/collector.ts";
import { httpProbes } from "./probes.ts";

const UI = 16686;
const OTLP_HTTP = 4318;
const OTLP_GRPC = 4317;
const DATA = "/badger";

/** Traces of requests, in one process with its own store. Keeps them on a volume for as many days as the entry says. */
export const jaeger = defineWorkload({
  kind: "jaeger",
  summary: "Traces: which hops a request took and how long each lasted",
  memory: "384 MiB, at most 768: the store keeps its tables in memory.",
  runtimes: ["kubernetes", "compose"],
  ports: {
    ui: { port: UI, audience: "admin" },
    "otlp-http": { port: OTLP_HTTP, audience: "cluster" },
    "otlp-grpc": { port: OTLP_GRPC, audience: "cluster", scheme: "grpc" },
    metrics: { port: TELEMETRY, audience: "cluster" },
  },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    retentionDays: z.int().min(1).max(90).default(7),
    storageGiB: z.number().positive().default(10),
  },
  build: (spec, context) => {
    const hours = `${spec.retentionDays * 24}h`;
    const config = {
      service: {
        extensions: ["healthcheckv2", "jaeger_storage", "jaeger_query"],
        pipelines: { traces: { receivers: ["otlp"], processors: ["batch"], exporters: ["jaeger_storage_exporter"] } },
        telemetry,
      },
      extensions: {
        healthcheckv2: { use_v2: true, http: { endpoint: `0.0.0.0:${HEALTH}` } },
        jaeger_storage: {
          backends: {
            spans: {
              badger: {
                directories: { keys: `${DATA}/keys`, values: `${DATA}/values` },
                ephemeral: false,
                ttl: { spans: hours },
              },
            },
          },
        },
        jaeger_query: { storage: { traces: "spans" }, http: { endpoint: `0.0.0.0:${UI}` } },
      },
      receivers: {
        otlp: {
          protocols: {
            grpc: { endpoint: `0.0.0.0:${OTLP_GRPC}` },
            http: { endpoint: `0.0.0.0:${OTLP_HTTP}` },
          },
        },
      },
      processors: { batch: {} },
      exporters: { jaeger_storage_exporter: { trace_storage: "spans" } },
    };
    return {
      replicas: 1,
      container: {
        image: context.image("jaeger"),
        args: ["--config=/etc/jaeger/jaeger.yml"],
        env: { GOMEMLIMIT: "650MiB" },
        cpu: { request: 0.1 },
        memoryMiB: { request: 384, limit: 768 },
        probes: httpProbes({ port: HEALTH, ready: "/status", startSeconds: 300 }),
        scratch: ["/tmp"],
        user: 10001,
      },
      volumes: {
        spans: { path: DATA, sizeGiB: spec.storageGiB, keep: false, retentionDays: spec.retentionDays },
      },
      files: { "/etc/jaeger/jaeger.yml": stringify(config) },
      erasure: {
        impossible: `Its store deletes by age only: spans go after ${spec.retentionDays} days, prompts never reach it.`,
      },
    };
  },
});
