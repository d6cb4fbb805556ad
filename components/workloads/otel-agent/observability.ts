import type { Alert, Metrics, Panel } from "../contract.ts";

export const METRICS: Metrics = {
  port: "metrics",
  path: "/metrics",
  names: ["otelcol_exporter_send_failed_log_records_total", "otelcol_exporter_sent_log_records_total"],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "LogsNotSent",
    expression: "sum by (workload, instance) (increase(otelcol_exporter_send_failed_log_records_total[15m])) > 0",
    forMinutes: 15,
    severity: "ticket",
    summary: "An agent can not send its node's logs",
    runbook: [
      "See whether Loki is up and takes lines.",
      "Read the agent's log on that node: it has the answer that it got.",
      "The lines are not lost as long as the node keeps the files: the agent goes on where it stopped.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  {
    title: "Lines sent",
    expression: "sum by (instance) (rate(otelcol_exporter_sent_log_records_total[5m]))",
    unit: "cps",
  },
];
