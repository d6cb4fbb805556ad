import type { Handle, Member } from "../contract.ts";
import type { DataClass } from "../data-class.ts";
import { HEALTH, memoryLimiter, telemetry } from "../otel/collector.ts";
import { masking, requestId, trusted } from "../otel/masking.ts";

/** Variable of the environment with the key of the store of model traces. */
export const KEY = "MODEL_TRACES_KEY";
/** Variable with what Langfuse is logged in to with. */
export const LANGFUSE = "LANGFUSE_AUTHORIZATION";

interface Options {
  readonly ports: { readonly grpc: number; readonly http: number };
  /** To whom each kind of data is handed on. */
  readonly targets: Readonly<Record<"traces" | "models" | "logs" | "metrics", Handle | undefined>>;
  readonly promptsUpTo: DataClass | "none";
  /** Host of a Langfuse outside the fleet. */
  readonly langfuse?: string | undefined;
  readonly fleet: readonly Member[];
}

/** Its configuration file: what comes in by OTLP, how it is masked and to whom it goes. @throws Error if to nobody */
export function configuration({ ports, targets, promptsUpTo, langfuse, fleet }: Options): object {
  const { traces, models, logs, metrics } = targets;
  const to = (handle: Handle | undefined, path = "") =>
    handle === undefined ? undefined : { endpoint: `${handle.url}${path}`, compression: "gzip" };
  const exporters = {
    "otlp_http/traces": to(traces),
    "otlp_http/models": models && { ...to(models), headers: { authorization: `Bearer \${env:${KEY}}` } },
    // https://langfuse.com/integrations/native/opentelemetry
    "otlp_http/langfuse": langfuse === undefined ? undefined : toLangfuse(langfuse),
    "otlp_http/logs": to(logs, "/otlp"),
    "otlp_http/metrics": to(metrics, "/api/v1/otlp"),
  };
  const masked = ["transform/request-id", "transform/mask"];
  const pipelines = {
    traces: pipeline(traces, masked, "otlp_http/traces"),
    "traces/models": pipeline(models, [...masked, "filter/models"], "otlp_http/models"),
    "traces/langfuse": pipeline(langfuse, [...masked, "filter/models"], "otlp_http/langfuse"),
    logs: pipeline(logs, [], "otlp_http/logs"),
    metrics: pipeline(metrics, [], "otlp_http/metrics"),
  };
  if (Object.values(pipelines).every((one) => one === undefined)) {
    throw new Error("nobody to hand anything on to: add a workload of kind jaeger, phoenix, loki or prometheus");
  }
  return {
    extensions: { health_check: { endpoint: `0.0.0.0:${HEALTH}` } },
    receivers: {
      otlp: {
        protocols: {
          // Spans with long prompts are above the 4 MiB that gRPC takes by default.
          grpc: { endpoint: `0.0.0.0:${ports.grpc}`, max_recv_msg_size_mib: 16 },
          http: { endpoint: `0.0.0.0:${ports.http}` },
        },
      },
    },
    processors: {
      memory_limiter: memoryLimiter,
      ...([traces, models, langfuse].every((target) => target === undefined)
        ? {}
        : {
            "transform/request-id": requestId,
            "transform/mask": masking(trusted(fleet, promptsUpTo)),
          }),
      ...(models === undefined && langfuse === undefined ? {} : { "filter/models": MODELS_ONLY }),
      batch: {},
    },
    exporters: present(exporters),
    service: { extensions: ["health_check"], telemetry, pipelines: present(pipelines) },
  };
}

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
