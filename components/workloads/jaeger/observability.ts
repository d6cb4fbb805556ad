import type { Alert, Metrics, Panel } from "../contract.ts";

export const METRICS: Metrics = {
  port: "metrics",
  path: "/metrics",
  names: ["otelcol_receiver_accepted_spans_total", "otelcol_receiver_refused_spans_total"],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "TracesRefused",
    expression: "sum by (workload) (increase(otelcol_receiver_refused_spans_total[10m])) > 0",
    forMinutes: 10,
    severity: "ticket",
    summary: "Spans are refused: traces have holes",
    runbook: [
      "See whether the workload of the label is short of memory: it refuses before it would be killed.",
      "Raise its memory, or let the senders sample fewer requests.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  {
    title: "Spans taken",
    expression: "sum by (workload) (rate(otelcol_receiver_accepted_spans_total[5m]))",
    unit: "cps",
  },
];
