import type { Indicator } from "../contract.ts";

const REQUESTS = "sum(rate(litellm_proxy_total_requests_metric_total[1h]))";
const ANSWERS = "rate(litellm_deployment_success_responses_total[1h])";
const TIER = "* on (model_id) group_left (tier) fleet:model_tier";

/** None at all, and not nothing, where a counter has never counted. */
const counted = (metric: string): string => `(sum(rate(${metric}[1h])) or vector(0))`;

/** What the proxy's part of the scorecard shows: how fast, how dear, by which tier, and how often by another model. */
export const INDICATORS: readonly Indicator[] = [
  {
    record: "fleet:request_p95_seconds",
    title: "Time of a request, 95 of 100",
    expression: "histogram_quantile(0.95, sum by (le) (rate(litellm_request_total_latency_metric_bucket[15m])))",
    unit: "s",
    target: { name: "p95Seconds", better: "lower" },
  },
  {
    record: "fleet:output_tokens_per_second",
    title: "Tokens written in a second",
    expression: "sum(rate(litellm_output_tokens_metric_total[5m]))",
    unit: "short",
  },
  {
    record: "fleet:low_tier_share",
    title: "Answered by the tier small",
    expression: `sum(${ANSWERS} ${TIER}{tier="small"}) / sum(${ANSWERS})`,
    unit: "percentunit",
    target: { name: "lowTierShare", better: "higher" },
  },
  {
    record: "fleet:tier_share",
    title: "Answered by tier",
    expression: `sum by (tier) (${ANSWERS} ${TIER}) / scalar(sum(${ANSWERS}))`,
    unit: "percentunit",
  },
  {
    record: "fleet:retry_share",
    title: "Answered by another model than the one asked for",
    expression:
      `(${counted("litellm_deployment_successful_fallbacks_total")}` +
      ` + ${counted("litellm_deployment_failed_fallbacks_total")}) / ${REQUESTS}`,
    unit: "percentunit",
    target: { name: "retryShare", better: "lower" },
  },
  {
    record: "fleet:cost_per_thousand_inferences_dollars",
    title: "Providers' bill for 1,000 inferences",
    expression:
      "1000 * sum(increase(litellm_spend_metric_total[1d])) /" +
      " sum(increase(litellm_proxy_total_requests_metric_total[1d]))",
    unit: "currencyUSD",
    target: { name: "costPerThousandInferencesDollars", better: "lower" },
  },
];
