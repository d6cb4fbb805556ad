import type { Alert, Metrics, Panel } from "../contract.ts";

/** From the server's source, release 1.9: router/src/http/server.rs and core/src/queue.rs. */
export const METRICS: Metrics = {
  port: "metrics",
  path: "/metrics",
  names: [
    "te_queue_size",
    "te_request_count",
    "te_request_duration_count",
    "te_request_duration_sum",
    "te_request_failure",
    "te_request_success",
  ],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "TeiFailing",
    expression:
      "sum by (workload) (rate(te_request_failure[5m])) > 0.05 * sum by (workload) (rate(te_request_count[5m]))",
    forMinutes: 10,
    severity: "ticket",
    summary: "More than 5 % of the texts get no embedding",
    runbook: [
      "Read the server's log: texts longer than the model's context are refused, others wait too long.",
      "Let callers cut their texts into shorter chunks if they are refused.",
      "Add replicas or cores if its queue grows.",
    ],
  },
  {
    name: "TeiQueueing",
    expression: "te_queue_size > 256",
    forMinutes: 15,
    severity: "ticket",
    summary: "Texts wait for their embedding",
    runbook: [
      "See who sends: an ingestion of many documents may wait, a search may not.",
      "Look at the node's processor: a language model on the same cores makes embeddings ten times slower.",
      "Add replicas, or move it to nodes of its own.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  { title: "Texts embedded", expression: "rate(te_request_success[5m])", unit: "reqps" },
  {
    title: "Mean time of a request",
    expression: "rate(te_request_duration_sum[5m]) / rate(te_request_duration_count[5m])",
    unit: "s",
  },
  { title: "Texts that wait", expression: "te_queue_size", unit: "short" },
];
