import type { Alert, Metrics, Panel } from "../contract.ts";

export const METRICS_PORT = 9187;

/**
 * Names of CloudNativePG 1.30 (`cnpg_`, from `config/manager/default-monitoring.yaml` and the instance manager) on
 * Kubernetes, and of postgres_exporter 0.20 (`pg_`) on Docker Compose.
 */
export const METRICS: Metrics = {
  port: "metrics",
  path: "/metrics",
  names: [
    "cnpg_backends_total",
    "cnpg_collector_up",
    "cnpg_pg_database_size_bytes",
    "cnpg_pg_replication_lag",
    "cnpg_pg_settings_setting",
    "cnpg_pg_stat_archiver_seconds_since_last_archival",
    "pg_database_size_bytes",
    "pg_settings_max_connections",
    "pg_stat_archiver_last_archive_age",
    "pg_stat_database_numbackends",
    "pg_up",
  ],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "PostgresDown",
    expression: "cnpg_collector_up == 0 or pg_up == 0",
    forMinutes: 2,
    severity: "page",
    summary: "PostgreSQL does not answer",
    runbook: [
      "Read the log of the pod: a full disk and a lack of memory are named in its last lines.",
      "On Kubernetes ask the operator: `kubectl describe cluster` says what it waits for.",
      "Grow the volume if the disk is full; never delete files of `pg_wal` by hand.",
      "Restore the newest backup if its files are damaged.",
      "On Docker Compose write a moment such as `2026-11-21 09:30:00+00` into `restore-to` in its volume of backups, and " +
        "restart it: it replays the log of changes to then. Lost files come back without a word.",
    ],
  },
  {
    name: "PostgresConnectionsRunOut",
    expression:
      "sum by (workload) (cnpg_backends_total) > 0.8 * max by (workload)" +
      ' (cnpg_pg_settings_setting{name="max_connections"}) or' +
      " sum by (workload) (pg_stat_database_numbackends) > 0.8 * max by (workload) (pg_settings_max_connections)",
    forMinutes: 10,
    severity: "page",
    summary: "More than 80 % of the connections are taken: soon nobody can log in",
    runbook: [
      "See who has them: `SELECT usename, state, count(*) FROM pg_stat_activity GROUP BY 1, 2`.",
      "Lower the pool of the workload that has most; the model proxy takes pool times workers times replicas.",
      "Raise `connections`, for which each needs up to 10 MiB.",
    ],
  },
  {
    name: "PostgresNotArchived",
    expression: "cnpg_pg_stat_archiver_seconds_since_last_archival > 1800 or pg_stat_archiver_last_archive_age > 1800",
    forMinutes: 15,
    severity: "page",
    summary: "The log of changes has not been copied away for half an hour: a restore would lose that much",
    runbook: [
      "Read the log for `archive`: it names the error of the last try.",
      "Check that the object store answers and that its keys are valid.",
      "Look at the free room of the volume: what is not archived stays there.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  {
    title: "Connections",
    expression: "sum by (workload) (cnpg_backends_total) or sum by (workload) (pg_stat_database_numbackends)",
    unit: "short",
  },
  { title: "Size by database", expression: "cnpg_pg_database_size_bytes or pg_database_size_bytes", unit: "bytes" },
  { title: "Replicas behind", expression: "cnpg_pg_replication_lag", unit: "s" },
];
