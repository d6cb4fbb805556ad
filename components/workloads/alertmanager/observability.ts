import type { Alert, Metrics, Panel } from "../contract.ts";

export const METRICS: Metrics = {
  port: "api",
  path: "/metrics",
  names: ["alertmanager_alerts", "alertmanager_notifications_failed_total", "alertmanager_notifications_total"],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "AlertmanagerNotTelling",
    expression: "increase(alertmanager_notifications_failed_total[10m]) > 0",
    forMinutes: 10,
    severity: "page",
    summary: "Alertmanager can not hand on its notifications",
    runbook: [
      "Read Alertmanager's log: it names the receiver and the answer.",
      "If the egress proxy refused the connection, correct `webhookHost` or `heartbeatHost` of the entry.",
      "If the receiver did, issue its address anew and put it into the secret `webhook` or `heartbeat`.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  { title: "Alerts", expression: 'sum by (workload) (alertmanager_alerts{state="active"})', unit: "short" },
  {
    title: "Notifications that failed",
    expression: "sum by (workload) (rate(alertmanager_notifications_failed_total[5m]))",
    unit: "cps",
  },
];
