import { stringify } from "yaml";
import { z } from "zod";
import { credential, defineWorkload, type Handle } from "./contract.ts";
import { clearedFor, DATA_CLASSES } from "./data-class.ts";
import { ALERTS, METRICS, PANELS } from "./otel-collector/observability.ts";
import { HEALTH, memoryLimiter, TELEMETRY, telemetry } from "./otel/collector.ts";
import { masking, requestId, trusted } from "./otel/masking.ts";
import { httpProbes } from "./probes.ts";

const GRPC = 4317;
const HTTP = 4318;
/** Variable of the environment with the key of the store of model traces. */
const KEY = "MODEL_TRACES_KEY";
/** Variable with what Langfuse is logged in to with. */
const LANGFUSE = "LANGFUSE_AUTHORIZATION";

/** The one address for traces, metrics and logs of workloads: masks prompts and hands on. Keeps no data. */
export const otelCollector = defineWorkload({
  kind: "otel-collector",
  summary: "Takes traces, metrics and logs by OTLP, masks prompts and hands them on",
  memory: "256 MiB, at most 512: it refuses data at 80 % of that.",
  runtimes: ["kubernetes", "compose"],
  ports: {
    "otlp-grpc": { port: GRPC, audience: "cluster", scheme: "grpc" },
    "otlp-http": { port: HTTP, audience: "cluster" },
    metrics: { port: TELEMETRY, audience: "cluster" },
  },
  needs: {
    traces: { kind: "jaeger", port: "otlp-http", optional: true },
    models: { kind: "phoenix", port: "http", optional: true },
    logs: { kind: "loki", port: "http", optional: true },
    metrics: { kind: "prometheus", port: "api", optional: true },
  },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    replicas: z.int().min(1).max(10).default(1),
    promptsUpTo: z
      .enum(["none", ...DATA_CLASSES])
      .default("internal")
      .meta({
        description:
          "Prompts stay in the spans of workloads with data up to this class; of all others they are removed.",
      }),
    langfuse: z
      .string()
      .regex(/^[a-z0-9.-]+$/)
      .optional()
      .meta({
        description:
          "Host of a Langfuse outside the fleet, which gets calls to models as well, with prompts up to class internal. " +
          "Its secret `langfuse` has `authorization`: base64 of `<public key>:<secret key>`.",
      }),
  },
  egress: ({ langfuse }) =>
    langfuse === undefined ? [] : [{ host: langfuse, port: 443, purpose: "traces of calls to models" }],
  build: (spec, context) => {
    const { traces, models, logs, metrics } = context.needs;
    if (spec.promptsUpTo !== "none" && !clearedFor(context.dataClass, spec.promptsUpTo)) {
      throw new Error(
        `promptsUpTo is ${spec.promptsUpTo}, above the workload's own data class ${context.dataClass}: raise \`dataClass\` or lower \`promptsUpTo\``,
      );
    }
    if (spec.langfuse !== undefined && !["none", "public", "internal"].includes(spec.promptsUpTo)) {
      throw new Error(
        `promptsUpTo is ${spec.promptsUpTo}, and Langfuse at ${spec.langfuse} is outside the fleet: lower it to internal`,
      );
    }
    const to = (handle: Handle | undefined, path = "") =>
      handle === undefined ? undefined : { endpoint: `${handle.url}${path}`, compression: "gzip" };
    const exporters = {
      "otlp_http/traces": to(traces),
      "otlp_http/models": models && { ...to(models), headers: { authorization: `Bearer \${env:${KEY}}` } },
      // https://langfuse.com/integrations/native/opentelemetry
      "otlp_http/langfuse": spec.langfuse === undefined ? undefined : toLangfuse(spec.langfuse),
      "otlp_http/logs": to(logs, "/otlp"),
      "otlp_http/metrics": to(metrics, "/api/v1/otlp"),
    };
    const masked = ["transform/request-id", "transform/mask"];
    const pipelines = {
      traces: pipeline(traces, masked, "otlp_http/traces"),
      "traces/models": pipeline(models, [...masked, "filter/models"], "otlp_http/models"),
      "traces/langfuse": pipeline(spec.langfuse, [...masked, "filter/models"], "otlp_http/langfuse"),
      logs: pipeline(logs, [], "otlp_http/logs"),
      metrics: pipeline(metrics, [], "otlp_http/metrics"),
    };
    if (Object.values(pipelines).every((one) => one === undefined)) {
      throw new Error("nobody to hand anything on to: add a workload of kind jaeger, phoenix, loki or prometheus");
    }
    const config = {
      extensions: { health_check: { endpoint: `0.0.0.0:${HEALTH}` } },
      receivers: {
        otlp: {
          protocols: {
            // Spans with long prompts are above the 4 MiB that gRPC takes by default.
            grpc: { endpoint: `0.0.0.0:${GRPC}`, max_recv_msg_size_mib: 16 },
            http: { endpoint: `0.0.0.0:${HTTP}` },
          },
        },
      },
      processors: {
        memory_limiter: memoryLimiter,
        ...([traces, models, spec.langfuse].every((target) => target === undefined)
          ? {}
          : {
              "transform/request-id": requestId,
              "transform/mask": masking(trusted(context.fleet, spec.promptsUpTo)),
            }),
        ...(models === undefined && spec.langfuse === undefined ? {} : { "filter/models": MODELS_ONLY }),
        batch: {},
      },
      exporters: present(exporters),
      service: { extensions: ["health_check"], telemetry, pipelines: present(pipelines) },
    };
    return {
      replicas: spec.replicas,
      container: {
        image: context.image("otel-collector"),
        args: ["--config=/etc/otel/collector.yml"],
        env: {
          GOMEMLIMIT: "400MiB",
          ...(models === undefined ? {} : { [KEY]: credential(models, "key") }),
          ...(spec.langfuse === undefined ? {} : { [LANGFUSE]: { secret: "langfuse", key: "authorization" } }),
        },
        cpu: { request: 0.1 },
        memoryMiB: { request: 256, limit: 512 },
        probes: httpProbes({ port: HEALTH, ready: "/" }),
        lifecycle: { graceSeconds: 30, drainSeconds: 5 },
        user: 10001,
      },
      files: { "/etc/otel/collector.yml": stringify(config, { aliasDuplicateObjects: false }) },
      ...(spec.langfuse === undefined ? {} : { secrets: { langfuse: { class: "provided", keys: ["authorization"] } } }),
    };
  },
});

/** Drops every span that is not a call to a model. */
const MODELS_ONLY = {
  error_mode: "ignore",
  traces: {
    span: [
      ["openinference.span.kind", "gen_ai.operation.name", "gen_ai.system", "gen_ai.provider.name"]
        .map((attribute) => `attributes["${attribute}"] == nil`)
        .join(" and "),
    ],
  },
};

const toLangfuse = (host: string) => ({
  endpoint: `https://${host}/api/public/otel`,
  compression: "gzip",
  headers: { authorization: `Basic \${env:${LANGFUSE}}`, "x-langfuse-ingestion-version": "4" },
});

const pipeline = (target: Handle | string | undefined, processors: readonly string[], exporter: string) =>
  target === undefined
    ? undefined
    : { receivers: ["otlp"], processors: ["memory_limiter", ...processors, "batch"], exporters: [exporter] };

const present = (all: Readonly<Record<string, object | undefined>>): Record<string, object> =>
  Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
