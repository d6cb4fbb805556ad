import type { Alert, Metrics, Panel } from "../contract.ts";

export const METRICS: Metrics = {
  port: "metrics",
  path: "/metrics",
  names: [
    "node_cpu_seconds_total",
    "node_filesystem_avail_bytes",
    "node_filesystem_size_bytes",
    "node_memory_MemAvailable_bytes",
    "node_memory_MemTotal_bytes",
    "node_network_receive_bytes_total",
    "node_network_transmit_bytes_total",
    "node_timex_sync_status",
  ],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "NodeDiskFilling",
    expression:
      'node_filesystem_avail_bytes{fstype!~"tmpfs|overlay"} / node_filesystem_size_bytes{fstype!~"tmpfs|overlay"}' +
      " < 0.1",
    forMinutes: 15,
    severity: "page",
    summary: "Less than a tenth of a node's disk is free",
    runbook: [
      "See which directory grows: images and volumes of pods stand below /var/lib.",
      "Remove images that no pod uses; if a volume grows, lower the retention in its workload's entry or raise its size.",
      "A larger disk means a larger server type: change the pool, and plan shows what that costs.",
    ],
  },
  {
    name: "NodeMemoryShort",
    expression: "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.05",
    forMinutes: 10,
    severity: "page",
    summary: "Less than 5 % of a node's memory is available",
    runbook: [
      "Find the workload that uses more than it asked for, on its dashboard or with `kubectl top pods`.",
      "Raise what its entry asks for, so that plan places it where there is room; then restart it.",
    ],
  },
  {
    name: "NodeClockWrong",
    expression: "node_timex_sync_status == 0",
    forMinutes: 30,
    severity: "ticket",
    summary: "A node's clock is not synchronised",
    runbook: [
      "Run `timedatectl` on the node, and restart systemd-timesyncd.",
      "A wrong clock makes tokens and certificates fail: replace the node if it does not hold.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  {
    title: "Processor in use",
    expression: '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))',
    unit: "percentunit",
  },
  {
    title: "Memory in use",
    expression: "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes",
    unit: "percentunit",
  },
  {
    title: "Disk in use",
    expression:
      '1 - node_filesystem_avail_bytes{fstype!~"tmpfs|overlay"} / node_filesystem_size_bytes{fstype!~"tmpfs|overlay"}',
    unit: "percentunit",
  },
  {
    title: "Network",
    expression:
      'sum by (instance) (rate(node_network_receive_bytes_total{device!="lo"}[5m])' +
      ' + rate(node_network_transmit_bytes_total{device!="lo"}[5m]))',
    unit: "Bps",
  },
];
