import { stringify } from "yaml";
import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { ALERTS, METRICS, PANELS } from "./otel-agent/observability.ts";
import { LOGS, SERVICE, STRUCTURED } from "./otel-agent/reading.ts";
import { HEALTH, memoryLimiter, TELEMETRY, telemetry } from "./otel/collector.ts";
import { httpProbes } from "./probes.ts";

const POSITIONS = "/var/lib/otel";

/** Reads the logs of every container of its node and sends them to Loki. Keeps only how far it has read. */
export const otelAgent = defineWorkload({
  kind: "otel-agent",
  summary: "Reads the logs of all containers of a node and sends them to Loki",
  memory: "128 MiB, at most 256: it stops reading at 80 % of that.",
  runtimes: ["kubernetes", "compose"],
  nodeAgent: true,
  ports: { metrics: { port: TELEMETRY, audience: "cluster" } },
  needs: { logs: { kind: "loki", port: "http" } },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    everyPool: z.boolean().default(true).meta({ description: "Also on the nodes of all other pools of the cluster." }),
  },
  build: (spec, context) => {
    const { path, include, operators } = LOGS[context.runtime];
    const config = {
      extensions: { health_check: { endpoint: `0.0.0.0:${HEALTH}` }, file_storage: { directory: POSITIONS } },
      receivers: {
        file_log: {
          include: [`/host${path}${include}`],
          // Its own lines would make lines.
          exclude: [`/host${path}/*_${context.name}-*/*/*.log`],
          start_at: "beginning",
          include_file_path: true,
          storage: "file_storage",
          operators: [...operators, ...STRUCTURED],
        },
      },
      processors: { memory_limiter: memoryLimiter, "transform/service": SERVICE, batch: {} },
      exporters: { "otlp_http/logs": { endpoint: `${context.needs.logs.url}/otlp`, compression: "gzip" } },
      service: {
        extensions: ["health_check", "file_storage"],
        telemetry,
        pipelines: {
          logs: {
            receivers: ["file_log"],
            processors: ["memory_limiter", "transform/service", "batch"],
            exporters: ["otlp_http/logs"],
          },
        },
      },
    };
    return {
      form: "daemon",
      ...(spec.everyPool ? { everyPool: true as const } : {}),
      container: {
        image: context.image("otel-collector"),
        args: ["--config=/etc/otel/agent.yml"],
        env: { GOMEMLIMIT: "200MiB" },
        cpu: { request: 0.05 },
        memoryMiB: { request: 128, limit: 256 },
        probes: httpProbes({ port: HEALTH, ready: "/" }),
        scratch: [POSITIONS],
        // The files of the log are root's.
        user: 0,
      },
      hostPaths: [path],
      files: { "/etc/otel/agent.yml": stringify(config, { aliasDuplicateObjects: false }) },
      priority: "platform",
    };
  },
});
