import type { Alert, Metrics, Panel } from "../contract.ts";

export const METRICS: Metrics = {
  port: "api",
  path: "/metrics",
  names: [
    "ALERTS",
    "up",
    "prometheus_notifications_errors_total",
    "prometheus_rule_evaluation_failures_total",
    "prometheus_tsdb_head_samples_appended_total",
    "prometheus_tsdb_head_series",
  ],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "TargetDown",
    expression: "up == 0",
    forMinutes: 15,
    severity: "page",
    summary: "A workload has not answered Prometheus for 15 minutes",
    runbook: [
      "Look at the workload's pods or container: one that restarts says why in its log.",
      "If it runs, open the target's page in Prometheus: it shows the error of the last attempt.",
      "An error of time points at the network policy or the mesh; one of status at the port or path of the definition.",
    ],
  },
  {
    name: "PrometheusRulesFailing",
    expression: "increase(prometheus_rule_evaluation_failures_total[10m]) > 0",
    forMinutes: 10,
    severity: "ticket",
    summary: "Prometheus can not evaluate some of its rules: their alerts will not fire",
    runbook: [
      "Open the page of rules in Prometheus: it shows the error beside the rule.",
      "Correct the expression in the definition of the workload that the rule belongs to.",
    ],
  },
  {
    name: "PrometheusNotDelivering",
    expression: "increase(prometheus_notifications_errors_total[10m]) > 0",
    forMinutes: 10,
    severity: "page",
    summary: "Prometheus can not hand its alerts to Alertmanager",
    runbook: [
      "See whether Alertmanager runs and is ready.",
      "Until it does, read the firing alerts in Prometheus itself: nobody is told of them.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  { title: "Series", expression: "sum by (workload) (prometheus_tsdb_head_series)", unit: "short" },
  {
    title: "Samples taken",
    expression: "sum by (workload) (rate(prometheus_tsdb_head_samples_appended_total[5m]))",
    unit: "cps",
  },
];
