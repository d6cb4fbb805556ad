import type { Alert, Metrics, Panel } from "../contract.ts";

/** Names of release 2; those of runs are there once the first run has ended, those of the queue where there is one. */
export const METRICS: Metrics = {
  port: "http",
  path: "/metrics",
  names: [
    "n8n_active_workflow_count",
    "n8n_nodejs_eventloop_lag_p99_seconds",
    "n8n_process_resident_memory_bytes",
    "n8n_scaling_mode_queue_jobs_waiting",
    "n8n_workflow_failed_total",
    "n8n_workflow_success_total",
  ],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "N8nWorkflowsFailing",
    expression: "sum by (workload) (increase(n8n_workflow_failed_total[30m])) > 3",
    forMinutes: 5,
    severity: "ticket",
    summary: "More than three runs of workflows failed within half an hour",
    runbook: [
      "Look into the table `fleet.failures` of its database: the error workflow keeps which node failed, and why.",
      "Open the failed run in n8n; if a credential was refused, issue it anew.",
      "Correct the workflow's file and deploy it: what is changed in the editor is overwritten at the next start.",
    ],
  },
  {
    name: "N8nSlow",
    expression: "n8n_nodejs_eventloop_lag_p99_seconds > 1",
    forMinutes: 10,
    severity: "page",
    summary: "n8n is busy for more than a second at a time: webhooks are answered late or not at all",
    runbook: [
      "Look for a run that works on large data, and let its workflow take it in parts.",
      "Give the entry `workers`: then runs no longer hold up webhooks.",
    ],
  },
  {
    name: "N8nQueueWaiting",
    expression: "sum by (workload) (n8n_scaling_mode_queue_jobs_waiting) > 50",
    forMinutes: 15,
    severity: "ticket",
    summary: "More than fifty runs of workflows wait for a worker",
    runbook: ["Look at the workers' logs: one that can not reach the queue takes no work.", "Raise `workers`."],
  },
];

export const PANELS: readonly Panel[] = [
  { title: "Workflows that are on", expression: "n8n_active_workflow_count", unit: "short" },
  {
    title: "Runs that succeeded",
    expression: "sum by (workload) (rate(n8n_workflow_success_total[5m]))",
    unit: "cps",
  },
  { title: "Runs that failed", expression: "sum by (workload) (rate(n8n_workflow_failed_total[5m]))", unit: "cps" },
  { title: "Memory", expression: "n8n_process_resident_memory_bytes", unit: "bytes" },
];
