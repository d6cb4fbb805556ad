import type { Alert, Metrics, Panel } from "../contract.ts";

export const METRICS: Metrics = {
  port: "http",
  path: "/metrics",
  names: [
    "loki_compactor_apply_retention_last_successful_run_timestamp_seconds",
    "loki_discarded_samples_total",
    "loki_distributor_bytes_received_total",
    "loki_distributor_lines_received_total",
    "loki_request_duration_seconds_count",
  ],
};

export const ALERTS: readonly Alert[] = [
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
];

export const PANELS: readonly Panel[] = [
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
];
