import type { Alert, Metrics, Panel } from "../contract.ts";

/** Names from Ray's documentation of its system metrics. */
export const METRICS: Metrics = {
  port: "metrics",
  path: "/metrics",
  names: ["ray_cluster_active_nodes", "ray_cluster_failed_nodes", "ray_cluster_pending_nodes", "ray_tasks"],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "RayWorkersPending",
    expression: "sum by (workload) (ray_cluster_pending_nodes) > 0",
    forMinutes: 30,
    severity: "ticket",
    summary: "Ray has asked for workers for half an hour and does not get them",
    runbook: [
      "Look at the pods that are pending: the scheduler names what is missing.",
      "Raise the pool's `maximum`, lower `workerMemoryGiB`, or wait for another run to end.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  { title: "Workers", expression: "sum by (workload, node_type) (ray_cluster_active_nodes)", unit: "short" },
  { title: "Tasks by state", expression: "sum by (workload, State) (ray_tasks)", unit: "short" },
];
