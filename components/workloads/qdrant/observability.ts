import type { Alert, Metrics, Panel } from "../contract.ts";

/** From release 1.19, `src/common/metrics.rs`; the prefix is of its configuration. */
export const METRICS: Metrics = {
  port: "http",
  path: "/metrics",
  bearer: "read-only",
  names: [
    "qdrant_app_status_recovery_mode",
    "qdrant_collection_points",
    "qdrant_collections_total",
    "qdrant_memory_resident_bytes",
    "qdrant_rest_responses_total",
  ],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "QdrantFailing",
    expression:
      'sum by (workload) (rate(qdrant_rest_responses_total{status=~"5.."}[5m]))' +
      " > 0.01 * sum by (workload) (rate(qdrant_rest_responses_total[5m]))",
    forMinutes: 10,
    severity: "page",
    summary: "More than 1 % of the requests to the vector database fail",
    runbook: [
      "Read its log: a full disk and a collection that is still being loaded are named there.",
      "Compare its memory with `vectors` and `dimensions` of its entry, and raise them if there are more by now.",
    ],
  },
  {
    name: "QdrantRecovering",
    expression: "qdrant_app_status_recovery_mode == 1",
    forMinutes: 5,
    severity: "page",
    summary: "The vector database runs without its collections, because they did not fit into memory",
    runbook: [
      "Raise `vectors` to what there is, or set `quantised`.",
      "Delete collections that nobody needs; in this state that is possible, searching is not.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  { title: "Points by collection", expression: "qdrant_collection_points", unit: "short" },
  { title: "Collections", expression: "qdrant_collections_total", unit: "short" },
  { title: "Memory", expression: "qdrant_memory_resident_bytes", unit: "bytes" },
  {
    title: "Requests by answer",
    expression: "sum by (workload, status) (rate(qdrant_rest_responses_total[5m]))",
    unit: "reqps",
  },
];
