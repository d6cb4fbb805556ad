import type { Alert, Metrics, Panel } from "../contract.ts";

/** From release 1.38, `usecases/monitoring/prometheus.go`. */
export const METRICS: Metrics = {
  port: "metrics",
  path: "/metrics",
  names: ["go_memstats_heap_inuse_bytes", "object_count", "queries_durations_ms_bucket"],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "WeaviateSlow",
    expression: "histogram_quantile(0.95, sum by (workload, le) (rate(queries_durations_ms_bucket[5m]))) > 1000",
    forMinutes: 15,
    severity: "ticket",
    summary: "One search in twenty takes longer than a second",
    runbook: [
      "Compare its memory with the limit: near it, vectors are read from disk and the collector runs all the time.",
      "Compare the number of objects with `vectors` of its entry, and raise that.",
      "Let collections be compressed: `vectorIndexConfig.bq` or `pq`.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  { title: "Objects", expression: "sum by (workload, class_name) (object_count)", unit: "short" },
  { title: "Memory", expression: "go_memstats_heap_inuse_bytes", unit: "bytes" },
  {
    title: "Time of a query, 95th percentile",
    expression: "histogram_quantile(0.95, sum by (workload, le) (rate(queries_durations_ms_bucket[5m])))",
    unit: "ms",
  },
];
