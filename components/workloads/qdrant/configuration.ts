/** Where its volumes are. */
export const DATA = "/qdrant/data";
export const SNAPSHOTS = "/qdrant/snapshots";

interface Options {
  readonly http: number;
  readonly grpc: number;
  /** Whether vectors are in memory in short, and the originals on disk. */
  readonly quantised: boolean;
}

/** Its configuration file. */
export const configuration = ({ http, grpc, quantised }: Options): object => ({
  log_level: "INFO",
  telemetry_disabled: true,
  storage: {
    storage_path: `${DATA}/storage`,
    snapshots_path: SNAPSHOTS,
    temp_path: `${DATA}/temporary`,
    on_disk_payload: true,
    collection: {
      vectors: { on_disk: quantised },
      quantization: quantised ? { scalar: { type: "int8", quantile: 0.99, always_ram: true } } : null,
    },
  },
  service: { enable_cors: false, http_port: http, grpc_port: grpc, metrics_prefix: "qdrant_" },
});
