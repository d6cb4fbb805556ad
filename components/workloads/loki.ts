import { stringify } from "yaml";
import { z } from "zod";
import { defineWorkload } from "./contract.ts";

const HTTP = 3100;
const DATA = "/loki";

/** Logs of the fleet in one process. Keeps them on a volume for as many days as the entry says. */
export const loki = defineWorkload({
  kind: "loki",
  summary: "Logs of every workload, searchable by workload, request id and trace",
  memory: "256 MiB and the two caches, at most twice as much.",
  runtimes: ["kubernetes", "compose"],
  backups: "optional",
  ports: { http: { port: HTTP, audience: "admin" } },
  metrics: {
    port: "http",
    path: "/metrics",
    names: [
      "loki_compactor_apply_retention_last_successful_run_timestamp_seconds",
      "loki_discarded_samples_total",
      "loki_distributor_bytes_received_total",
      "loki_distributor_lines_received_total",
      "loki_request_duration_seconds_count",
    ],
  },
  alerts: [
    {
      name: "LogsDiscarded",
      expression: "sum by (workload, reason) (increase(loki_discarded_samples_total[15m])) > 0",
      forMinutes: 15,
      severity: "ticket",
      summary: "Loki refuses lines of the log; the label says why",
      runbook: [
        "For `rate_limited` see on the dashboard who writes so much, and raise `megabytesPerSecond` if it is meant.",
        "For `line_too_long` or `greater_than_max_sample_age` correct the program that writes them.",
      ],
    },
    {
      name: "LogsNotDeleted",
      expression: "time() - loki_compactor_apply_retention_last_successful_run_timestamp_seconds > 86400",
      forMinutes: 60,
      severity: "ticket",
      summary: "Loki has not deleted old lines for a day: they are kept longer than promised",
      runbook: [
        "Read Loki's log for `compactor`: a full disk and a broken index file are what stops it.",
        "Free space, then restart Loki; the compactor runs within ten minutes.",
      ],
    },
  ],
  panels: [
    {
      title: "Lines taken",
      expression: "sum by (workload) (rate(loki_distributor_lines_received_total[5m]))",
      unit: "cps",
    },
    {
      title: "Bytes taken",
      expression: "sum by (workload) (rate(loki_distributor_bytes_received_total[5m]))",
      unit: "Bps",
    },
    {
      title: "Requests that fail",
      expression: 'sum by (route) (rate(loki_request_duration_seconds_count{status_code=~"5.."}[5m]))',
      unit: "reqps",
    },
  ],
  spec: {
    retentionDays: z.int().min(1).max(400).default(14),
    storageGiB: z.number().positive().default(20),
    chunksCacheMiB: z.int().min(0).max(8192).default(64).meta({ description: "0 for none." }),
    resultsCacheMiB: z.int().min(0).max(8192).default(32).meta({ description: "0 for none." }),
    megabytesPerSecond: z.number().positive().default(8).meta({ description: "Lines beyond it are refused." }),
  },
  build: (spec, context) => {
    const memoryMiB = 256 + spec.chunksCacheMiB + spec.resultsCacheMiB;
    const probe = { path: "/ready", port: HTTP, periodSeconds: 10, failureThreshold: 3 };
    return {
      replicas: 1,
      container: {
        image: context.image("loki"),
        args: ["-config.file=/etc/loki/loki.yml", "-target=all"],
        env: { GOMEMLIMIT: `${Math.floor(1.8 * memoryMiB)}MiB` },
        cpu: { request: 0.2 },
        memoryMiB: { request: memoryMiB, limit: 2 * memoryMiB },
        probes: {
          startup: { ...probe, failureThreshold: 60 },
          readiness: probe,
          liveness: { tcpPort: HTTP, periodSeconds: 10, failureThreshold: 6 },
        },
        lifecycle: { graceSeconds: 120 },
        scratch: ["/tmp"],
        user: 10001,
      },
      volumes: {
        logs: {
          path: DATA,
          sizeGiB: spec.storageGiB,
          keep: true,
          retentionDays: spec.retentionDays,
          backup: { everyHours: 24, keepDays: Math.min(7, spec.retentionDays) },
        },
      },
      files: { "/etc/loki/loki.yml": stringify(configuration(spec)) },
      erasure: {
        job: {
          // Loki's own image has no shell; Prometheus's has one and a client for HTTP.
          image: context.image("prometheus"),
          command: ["/bin/sh", "-ec"],
          args: [
            `wget -q -O - --post-data '' "http://${context.name}:${HTTP}/loki/api/v1/delete?start=0&query=${ABOUT}"`,
          ],
          cpu: { request: 0.05 },
          memoryMiB: { request: 32 },
          user: 65534,
        },
      },
    };
  },
});

/** All lines that name the person: `{service_name=~".+"} |= "<subject>"`, as a part of an address. */
const ABOUT = `${encodeURIComponent('{service_name=~".+"} |= "')}$SUBJECT${encodeURIComponent('"')}`;

interface Settings {
  readonly retentionDays: number;
  readonly chunksCacheMiB: number;
  readonly resultsCacheMiB: number;
  readonly megabytesPerSecond: number;
}

const configuration = ({ retentionDays, chunksCacheMiB, resultsCacheMiB, megabytesPerSecond }: Settings) => ({
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
