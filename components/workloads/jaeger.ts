import { stringify } from "yaml";
import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { configuration, DATA } from "./jaeger/configuration.ts";
import { ALERTS, METRICS, PANELS } from "./jaeger/observability.ts";
import { HEALTH, TELEMETRY } from "./otel/collector.ts";
import { httpProbes } from "./probes.ts";

const UI = 16686;
const OTLP_HTTP = 4318;
const OTLP_GRPC = 4317;

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
  build: (spec, context) => ({
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
    files: {
      "/etc/jaeger/jaeger.yml": stringify(
        configuration({
          ports: { ui: UI, otlpHttp: OTLP_HTTP, otlpGrpc: OTLP_GRPC },
          retentionDays: spec.retentionDays,
        }),
      ),
    },
    erasure: {
      impossible: `Its store deletes by age only: spans go after ${spec.retentionDays} days, prompts never reach it.`,
    },
  }),
});
