import type { Alert, Metrics, Panel } from "../contract.ts";

/** From https://doc.traefik.io/traefik/observability/metrics/overview/ */
export const METRICS: Metrics = {
  port: "metrics",
  path: "/metrics",
  names: [
    "traefik_config_last_reload_success",
    "traefik_entrypoint_requests_total",
    "traefik_open_connections",
    "traefik_service_request_duration_seconds_bucket",
    "traefik_service_requests_total",
  ],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "GatewayFailing",
    expression:
      'sum by (service) (rate(traefik_service_requests_total{code=~"5.."}[5m]))' +
      " > 0.05 * sum by (service) (rate(traefik_service_requests_total[5m]))",
    forMinutes: 10,
    severity: "page",
    summary: "More than one public request in twenty to a service fails",
    runbook: [
      "The label `service` is the workload and its port: see whether its pods are ready, and what their log says.",
      "A 502 or 504 is Traefik's own: it can not reach the workload, or waited too long for it.",
      "Take the request id of a line in the gateway's log, and look for it in Loki: the workload's lines have it too.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  {
    title: "Requests by service",
    expression: "sum by (service) (rate(traefik_service_requests_total[5m]))",
    unit: "reqps",
  },
  {
    title: "Requests refused by the limit",
    expression: 'sum(rate(traefik_entrypoint_requests_total{code="429"}[5m]))',
    unit: "reqps",
  },
  {
    title: "Time of 95 requests in 100",
    expression:
      "histogram_quantile(0.95, sum by (le, service) (rate(traefik_service_request_duration_seconds_bucket[5m])))",
    unit: "s",
  },
];
