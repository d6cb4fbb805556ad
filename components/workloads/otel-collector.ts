import { stringify } from "yaml";
import { z } from "zod";
import { credential, defineWorkload } from "./contract.ts";
import { clearedFor, DATA_CLASSES } from "./data-class.ts";
import { configuration, KEY, LANGFUSE } from "./otel-collector/configuration.ts";
import { ALERTS, METRICS, PANELS } from "./otel-collector/observability.ts";
import { HEALTH, TELEMETRY } from "./otel/collector.ts";
import { httpProbes } from "./probes.ts";

const GRPC = 4317;
const HTTP = 4318;

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
    const { models } = context.needs;
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
    const config = configuration({
      ...spec,
      ports: { grpc: GRPC, http: HTTP },
      targets: context.needs,
      fleet: context.fleet,
    });
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
