import type { Alert, Metrics, Panel } from "../contract.ts";

/** Names of vLLM's V1 engine, from its design document on metrics; the colon is part of the name. */
export const METRICS: Metrics = {
  port: "api",
  path: "/metrics",
  names: [
    "vllm:e2e_request_latency_seconds_bucket",
    "vllm:generation_tokens_total",
    "vllm:inter_token_latency_seconds_bucket",
    "vllm:kv_cache_usage_perc",
    "vllm:num_preemptions_total",
    "vllm:num_requests_running",
    "vllm:num_requests_waiting",
    "vllm:prompt_tokens_total",
    "vllm:request_queue_time_seconds_bucket",
    "vllm:request_success_total",
    "vllm:time_to_first_token_seconds_bucket",
  ],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "VllmQueueing",
    expression:
      "histogram_quantile(0.95, sum by (workload, le) (rate(vllm:request_queue_time_seconds_bucket[5m]))) > 10",
    forMinutes: 10,
    severity: "page",
    summary: "One request in twenty waits more than 10 seconds for a place on the GPU",
    runbook: [
      "Look at the panel of the key-value cache: near 100 % the context of the requests is what fills the GPU.",
      "Add a replica if a GPU is free, or let the proxy send part of the requests to the model's fallback.",
      "Find the team that sends most: its limit may be too high.",
    ],
  },
  {
    name: "VllmCacheFull",
    expression: "vllm:kv_cache_usage_perc > 0.95 and rate(vllm:num_preemptions_total[10m]) > 0",
    forMinutes: 10,
    severity: "ticket",
    summary: "The GPU's memory is full: requests are put back and computed again",
    runbook: [
      "Lower the model's `contextTokens`, or raise `gpuMemoryShare` if nothing else uses the GPU.",
      "Add a replica, or spread the weights over more `gpus`.",
    ],
  },
];

const quantile = (share: number, histogram: string): string =>
  `histogram_quantile(${share}, sum by (workload, le) (rate(${histogram}_bucket[5m])))`;

export const PANELS: readonly Panel[] = [
  { title: "Requests on the GPU", expression: "vllm:num_requests_running", unit: "short" },
  { title: "Requests that wait", expression: "vllm:num_requests_waiting", unit: "short" },
  { title: "Key-value cache in use", expression: "vllm:kv_cache_usage_perc", unit: "percentunit" },
  {
    title: "Tokens written",
    expression: "sum by (workload) (rate(vllm:generation_tokens_total[5m]))",
    unit: "short",
  },
  { title: "Tokens read", expression: "sum by (workload) (rate(vllm:prompt_tokens_total[5m]))", unit: "short" },
  { title: "First token, 95th percentile", expression: quantile(0.95, "vllm:time_to_first_token_seconds"), unit: "s" },
  {
    title: "Between tokens, 95th percentile",
    expression: quantile(0.95, "vllm:inter_token_latency_seconds"),
    unit: "s",
  },
  { title: "Whole answer, 95th percentile", expression: quantile(0.95, "vllm:e2e_request_latency_seconds"), unit: "s" },
  { title: "Requests answered", expression: "rate(vllm:request_success_total[5m])", unit: "reqps" },
];
