import type { Alert, Metrics, Panel } from "../contract.ts";

export const METRICS: Metrics = {
  port: "metrics",
  path: "/metrics",
  names: [
    "otelcol_exporter_queue_capacity",
    "otelcol_exporter_queue_size",
    "otelcol_exporter_send_failed_spans_total",
    "otelcol_exporter_sent_spans_total",
  ],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "TelemetryNotDelivered",
    expression: "otelcol_exporter_queue_size > 0.8 * otelcol_exporter_queue_capacity",
    forMinutes: 15,
    severity: "ticket",
    summary: "A collector can not hand on what it takes; the label `exporter` says to whom",
    runbook: [
      "See whether the receiver is up and takes data: Jaeger, Loki or Prometheus.",
      "What waits is lost when the collector restarts: repair the receiver first.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  {
    title: "Spans handed on",
    expression: "sum by (exporter) (rate(otelcol_exporter_sent_spans_total[5m]))",
    unit: "cps",
  },
  {
    title: "Spans that could not be handed on",
    expression: "sum by (exporter) (rate(otelcol_exporter_send_failed_spans_total[5m]))",
    unit: "cps",
  },
  { title: "Waiting", expression: "max by (exporter) (otelcol_exporter_queue_size)", unit: "short" },
];
