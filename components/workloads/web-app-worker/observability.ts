import type { Alert, Metrics, Panel } from "../contract.ts";

export const METRICS: Metrics = {
  port: "metrics",
  path: "/metrics",
  names: ["web_app_answer_seconds_bucket", "web_app_answers_total"],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "WebAppAnswersFailing",
    expression: 'sum by (workload) (increase(web_app_answers_total{outcome="failed"}[30m])) > 5',
    forMinutes: 5,
    severity: "ticket",
    summary: "Workers give up on questions after their last try",
    runbook: [
      "Search the workers' logs for `gave up on`, and the proxy's for the ids of those requests.",
      "Look at the models that the proxy has for this application: a fallback may be missing.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  { title: "Answers", expression: "sum by (outcome) (rate(web_app_answers_total[5m]))", unit: "ops" },
  {
    title: "Time that the proxy takes, 95 of 100",
    expression: "histogram_quantile(0.95, sum by (le) (rate(web_app_answer_seconds_bucket[5m])))",
    unit: "s",
  },
];
