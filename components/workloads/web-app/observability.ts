import type { Alert, Metrics, Panel } from "../contract.ts";

export const METRICS: Metrics = {
  port: "metrics",
  path: "/metrics",
  names: [
    "web_app_cache_lookups_total",
    "web_app_queue_length",
    "web_app_request_seconds_bucket",
    "web_app_requests_total",
  ],
};

const ERRORS = 'web_app_requests_total{status=~"5.."}';

export const ALERTS: readonly Alert[] = [
  {
    name: "WebAppFailing",
    expression: `sum by (workload) (rate(${ERRORS}[5m])) > 0.02 * sum by (workload) (rate(web_app_requests_total[5m]))`,
    forMinutes: 5,
    severity: "page",
    summary: "More than 2 % of the requests to the application fail",
    runbook: [
      "Search the logs for `exception` of this workload: each line has the id of its request.",
      "Look at the queue's server: without it no question is taken.",
      "Go back to the image before if the failures began with a release.",
    ],
  },
  {
    name: "WebAppQueueGrowing",
    expression: "min by (workload) (web_app_queue_length) > 100",
    forMinutes: 15,
    severity: "page",
    summary: "Questions come faster than the workers answer them",
    runbook: [
      "Look at the workers: pods that fail to start or that wait for the proxy answer nothing.",
      "Look at the proxy's time to answer; a slow model holds every worker.",
      "Raise the workers' `maximum`, or their `threads` if the models have room.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  { title: "Requests by status", expression: "sum by (status) (rate(web_app_requests_total[5m]))", unit: "reqps" },
  {
    title: "Time to the response, 95 of 100",
    expression: "histogram_quantile(0.95, sum by (le) (rate(web_app_request_seconds_bucket[5m])))",
    unit: "s",
  },
  { title: "Questions that wait", expression: "max(web_app_queue_length)", unit: "short" },
  {
    title: "Share answered from the cache",
    expression: 'sum(rate(web_app_cache_lookups_total{found="true"}[5m])) / sum(rate(web_app_cache_lookups_total[5m]))',
    unit: "percentunit",
  },
];
