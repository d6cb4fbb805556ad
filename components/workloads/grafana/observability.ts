import type { Metrics, Panel } from "../contract.ts";

export const METRICS: Metrics = {
  port: "http",
  path: "/metrics",
  names: ["grafana_http_request_duration_seconds_count", "grafana_stat_total_users"],
};

export const PANELS: readonly Panel[] = [
  {
    title: "Requests",
    expression: "sum by (workload, status_code) (rate(grafana_http_request_duration_seconds_count[5m]))",
    unit: "reqps",
  },
];
