import type { Alert, Metrics, Panel } from "../contract.ts";

export const METRICS_PORT = 9327;

/** Names from release 4.47, `weed/stats/metrics.go`. */
export const METRICS: Metrics = {
  port: "metrics",
  path: "/metrics",
  names: [
    "SeaweedFS_s3_request_seconds_bucket",
    "SeaweedFS_s3_request_total",
    "SeaweedFS_volumeServer_resource",
    "SeaweedFS_volumeServer_total_disk_size",
  ],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "SeaweedfsDiskFilling",
    expression:
      'SeaweedFS_volumeServer_resource{type="free"} / on (workload, name)' +
      ' SeaweedFS_volumeServer_resource{type="all"} < 0.1',
    forMinutes: 15,
    severity: "page",
    summary: "Less than a tenth of the object store's disk is free: below 1 % it refuses to write",
    runbook: [
      "See which bucket grew: `aws s3 ls --recursive --summarize` with the keys of the secret `root`.",
      "Lower the bucket's `expireDays` or `keepVersionsDays`.",
      "Raise `storageGiB`; the volume grows without a restart where its storage class allows that.",
    ],
  },
  {
    name: "SeaweedfsFailing",
    expression:
      'sum by (workload) (rate(SeaweedFS_s3_request_total{code=~"5.."}[5m]))' +
      " > 0.01 * sum by (workload) (rate(SeaweedFS_s3_request_total[5m]))",
    forMinutes: 10,
    severity: "page",
    summary: "More than 1 % of the requests to the object store fail",
    runbook: [
      "Read the server's log for the error of the failed requests.",
      "Look at the free room of its disk, and at the disk's own errors in the node's log.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  {
    title: "Requests by answer",
    expression: "sum by (workload, code) (rate(SeaweedFS_s3_request_total[5m]))",
    unit: "reqps",
  },
  {
    title: "Time of a request, 95th percentile",
    expression: "histogram_quantile(0.95, sum by (workload, le) (rate(SeaweedFS_s3_request_seconds_bucket[5m])))",
    unit: "s",
  },
  {
    title: "Stored",
    expression: 'sum by (workload, collection) (SeaweedFS_volumeServer_total_disk_size{type="normal"})',
    unit: "bytes",
  },
  { title: "Free on its disk", expression: 'SeaweedFS_volumeServer_resource{type="free"}', unit: "bytes" },
];
