import { HEALTH, telemetry } from "../otel/collector.ts";

/** Where its volume is. */
export const DATA = "/badger";

interface Options {
  readonly ports: { readonly ui: number; readonly otlpHttp: number; readonly otlpGrpc: number };
  readonly retentionDays: number;
}

/** Its configuration file: spans come in by OTLP and are kept in a store of its own, each until it is too old. */
export const configuration = ({ ports, retentionDays }: Options): object => ({
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
            ttl: { spans: `${retentionDays * 24}h` },
          },
        },
      },
    },
    jaeger_query: { storage: { traces: "spans" }, http: { endpoint: `0.0.0.0:${ports.ui}` } },
  },
  receivers: {
    otlp: {
      protocols: {
        grpc: { endpoint: `0.0.0.0:${ports.otlpGrpc}` },
        http: { endpoint: `0.0.0.0:${ports.otlpHttp}` },
      },
    },
  },
  processors: { batch: {} },
  exporters: { jaeger_storage_exporter: { trace_storage: "spans" } },
});
