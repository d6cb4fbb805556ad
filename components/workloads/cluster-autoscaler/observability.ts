import type { Metrics } from "../contract.ts";

/** Of Cluster Autoscaler's `proposals/metrics.md`, those that say whether it works. */
export const METRICS: Metrics = {
  port: "metrics",
  path: "/metrics",
  names: [
    "cluster_autoscaler_failed_scale_ups_total",
    "cluster_autoscaler_last_activity",
    "cluster_autoscaler_nodes_count",
    "cluster_autoscaler_unschedulable_pods_count",
  ],
};
