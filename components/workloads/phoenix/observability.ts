import type { Alert, Metrics, Panel } from "../contract.ts";

export const METRICS: Metrics = {
  port: "metrics",
  path: "/metrics",
  names: [
    "phoenix_bulk_loader_span_exceptions_total",
    "phoenix_span_queue_rejections_total",
    "phoenix_span_queue_size",
    "process_resident_memory_bytes",
  ],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "ModelTracesLost",
    expression:
      "increase(phoenix_span_queue_rejections_total[15m]) > 0" +
      " or increase(phoenix_bulk_loader_span_exceptions_total[15m]) > 0",
    forMinutes: 15,
    severity: "ticket",
    summary: "Phoenix does not keep every call to a model: traces of models have holes",
    runbook: [
      "See whether PostgreSQL answers and has room: spans wait in memory until they are written.",
      "Read Phoenix's log for the error of the last write.",
      "Raise its memory if more calls are made than it can write.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  { title: "Spans that wait", expression: "phoenix_span_queue_size", unit: "short" },
  { title: "Memory", expression: "process_resident_memory_bytes", unit: "bytes" },
];
