import type { Alert, Metrics, Panel } from "../contract.ts";

export const METRICS_PORT = 4001;

/** Names as LiteLLM 1.104 answers them; a test reads them from a running copy. */
export const METRICS: Metrics = {
  port: "metrics",
  path: "/metrics",
  names: [
    "litellm_deployment_failed_fallbacks_total",
    "litellm_deployment_success_responses_total",
    "litellm_deployment_successful_fallbacks_total",
    "litellm_input_tokens_metric_total",
    "litellm_output_tokens_metric_total",
    "litellm_proxy_failed_requests_metric_total",
    "litellm_proxy_total_requests_metric_total",
    "litellm_request_total_latency_metric_bucket",
    "litellm_spend_metric_total",
  ],
};

const rate = (metric: string, by = "workload"): string => `sum by (${by}) (rate(${metric}[5m]))`;

export const ALERTS: readonly Alert[] = [
  {
    name: "LitellmFailing",
    expression:
      `${rate("litellm_proxy_failed_requests_metric_total")} > 0.05 * ` +
      rate("litellm_proxy_total_requests_metric_total"),
    forMinutes: 10,
    severity: "page",
    summary: "More than 5 % of the requests to the model proxy fail",
    runbook: [
      "Read the proxy's log: it names the model and the error of each failed request.",
      "Ask the model's server for its list of models; one that is still loading or gone does not answer.",
      "Check the provider's status page if only models of one provider fail, and raise their fallbacks.",
    ],
  },
  {
    name: "LitellmFallingBack",
    expression:
      `${rate("litellm_deployment_successful_fallbacks_total")} > 0.2 * ` +
      rate("litellm_proxy_total_requests_metric_total"),
    forMinutes: 30,
    severity: "ticket",
    summary: "More than a fifth of the requests are answered by another model than the one asked for",
    runbook: [
      "See on the dashboard which model is replaced: answers come from a dearer tier, or a weaker one.",
      "Repair its server, or add a replica if requests only wait too long.",
    ],
  },
  {
    name: "LitellmFallbacksFail",
    expression: `${rate("litellm_deployment_failed_fallbacks_total")} > 0`,
    forMinutes: 10,
    severity: "page",
    summary: "A model and all of its fallbacks fail",
    runbook: [
      "Read the proxy's log for the error of the last model of the chain.",
      "Check that the provider's key is valid and paid for: a key that expired fails every request.",
      "Check that the egress proxy lets the provider's host through.",
    ],
  },
  {
    name: "ModelSpendBurnsFast",
    // Six times as fast as the month allows: it would be gone in five days.
    expression: "720 * sum(increase(litellm_spend_metric_total[1h])) > 6 * fleet:budget_euros",
    forMinutes: 5,
    severity: "page",
    summary: "Models alone would use up the environment's monthly budget in five days",
    runbook: [
      "See on the dashboard which workload spends, and on which model.",
      "Pull the brake if nobody knows why: `npm run brake -- <environment>` stops runs and holds endpoints at their floor.",
      "Set `teamBudgets` of the proxy, and lower the team's budget in the environment file: it is then refused.",
    ],
  },
  {
    name: "ModelSpendBurns",
    expression: "30 * sum(increase(litellm_spend_metric_total[1d])) > fleet:budget_euros",
    forMinutes: 60,
    severity: "ticket",
    summary: "At the pace of the last day, models alone use up the environment's monthly budget",
    runbook: [
      "See on the dashboard which tier answers: a route that skips the small models is the usual reason.",
      "Ask `npm run advise -- <environment>` what would make it cheaper, or have the owner raise the budget.",
    ],
  },
  {
    name: "TeamSpendBurns",
    expression:
      // The proxy stands in a team's namespace itself, so the team that asks is the one that its metric names.
      "30 * sum by (team) (label_replace(increase(litellm_spend_metric_total[1d]), " +
      '"team", "$1", "exported_team", "(.+)")) > on (team) fleet:team_budget_euros',
    forMinutes: 60,
    severity: "ticket",
    summary: "At the pace of the last day, a team uses up its monthly budget",
    runbook: [
      "Tell the team's owner: `teams.<team>.owner` of the environment file says who that is.",
      "See on the dashboard which of the team's workloads spends, and on which model.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  {
    title: "Requests by model",
    expression: rate("litellm_proxy_total_requests_metric_total", "workload, requested_model"),
    unit: "reqps",
  },
  {
    title: "Answered by a fallback, share",
    expression:
      `${rate("litellm_deployment_successful_fallbacks_total")} / ` + rate("litellm_proxy_total_requests_metric_total"),
    unit: "percentunit",
  },
  {
    title: "Time to the whole answer, 95th percentile",
    expression: `histogram_quantile(0.95, ${rate("litellm_request_total_latency_metric_bucket", "workload, le")})`,
    unit: "s",
  },
  {
    title: "Tokens read by team",
    expression: rate("litellm_input_tokens_metric_total", "workload, team"),
    unit: "short",
  },
  {
    title: "Tokens written by team",
    expression: rate("litellm_output_tokens_metric_total", "workload, team"),
    unit: "short",
  },
  {
    title: "Spent an hour by team, US dollars",
    expression: "sum by (workload, team) (rate(litellm_spend_metric_total[1h]) * 3600)",
    unit: "currencyUSD",
  },
];
