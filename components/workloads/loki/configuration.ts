/** Port of everything that Loki answers. */
export const HTTP = 3100;

/** Where its volume stands. */
export const DATA = "/loki";

interface Settings {
  readonly retentionDays: number;
  readonly chunksCacheMiB: number;
  readonly resultsCacheMiB: number;
  readonly megabytesPerSecond: number;
}

/** Loki in one process, with its own files as store. */
export const configuration = ({ retentionDays, chunksCacheMiB, resultsCacheMiB, megabytesPerSecond }: Settings) => ({
  // One tenant: who may read logs at all, reads those of the whole fleet.
  auth_enabled: false,
  server: { http_listen_port: HTTP, log_level: "warn" },
  common: {
    path_prefix: DATA,
    replication_factor: 1,
    ring: { instance_addr: "127.0.0.1", kvstore: { store: "inmemory" } },
    storage: { filesystem: { chunks_directory: `${DATA}/chunks`, rules_directory: `${DATA}/rules` } },
  },
  schema_config: {
    configs: [
      {
        from: "2026-01-01",
        store: "tsdb",
        object_store: "filesystem",
        schema: "v13",
        index: { prefix: "index_", period: "24h" },
      },
    ],
  },
  chunk_store_config: { chunk_cache_config: { embedded_cache: cache(chunksCacheMiB) } },
  query_range: {
    cache_results: resultsCacheMiB > 0,
    results_cache: { cache: { embedded_cache: cache(resultsCacheMiB) } },
  },
  compactor: {
    working_directory: `${DATA}/compactor`,
    retention_enabled: true,
    delete_request_store: "filesystem",
    // An order to delete a person's lines can be taken back for this long.
    delete_request_cancel_period: "1h",
  },
  limits_config: {
    retention_period: `${retentionDays * 24}h`,
    deletion_mode: "filter-and-delete",
    allow_structured_metadata: true,
    ingestion_rate_mb: megabytesPerSecond,
    ingestion_burst_size_mb: 2 * megabytesPerSecond,
    reject_old_samples_max_age: "168h",
  },
  analytics: { reporting_enabled: false },
});

const cache = (sizeMiB: number) => (sizeMiB === 0 ? { enabled: false } : { enabled: true, max_size_mb: sizeMiB });
