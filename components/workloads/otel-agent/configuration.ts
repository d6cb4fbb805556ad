import type { Handle, Runtime } from "../contract.ts";
import { HEALTH, memoryLimiter, telemetry } from "../otel/collector.ts";
import { LOGS, SERVICE, STRUCTURED } from "./reading.ts";

/** Where it keeps how far it has read. */
export const POSITIONS = "/var/lib/otel";

interface Options {
  /** Of the agent. */
  readonly name: string;
  readonly runtime: Runtime;
  /** Where lines go. */
  readonly logs: Handle;
}

/** Its configuration file: it reads what containers of the node wrote, and sends it on by OTLP. */
export function configuration({ name, runtime, logs }: Options): object {
  const { path, include, operators } = LOGS[runtime];
  return {
    extensions: { health_check: { endpoint: `0.0.0.0:${HEALTH}` }, file_storage: { directory: POSITIONS } },
    receivers: {
      file_log: {
        include: [`/host${path}${include}`],
        // Its own lines would make lines.
        exclude: [`/host${path}/*_${name}-*/*/*.log`],
        start_at: "beginning",
        include_file_path: true,
        storage: "file_storage",
        operators: [...operators, ...STRUCTURED],
      },
    },
    processors: { memory_limiter: memoryLimiter, "transform/service": SERVICE, batch: {} },
    exporters: { "otlp_http/logs": { endpoint: `${logs.url}/otlp`, compression: "gzip" } },
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
}
