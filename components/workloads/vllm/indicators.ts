import type { Indicator } from "../contract.ts";

/** What the GPUs' part of the scorecard shows: how long requests wait, and how full the GPUs' memory is. */
export const INDICATORS: readonly Indicator[] = [
  {
    record: "fleet:queue_wait_seconds",
    title: "Wait before a model server",
    expression: "histogram_quantile(0.95, sum by (le) (rate(vllm:request_queue_time_seconds_bucket[15m])))",
    unit: "s",
    target: { name: "queueWaitSeconds", better: "lower" },
  },
  {
    record: "fleet:kv_cache",
    title: "Key-value cache in use",
    expression: "max(avg_over_time(vllm:kv_cache_usage_perc[15m]))",
    unit: "percentunit",
    target: { name: "kvCacheShare", better: "lower" },
  },
];
