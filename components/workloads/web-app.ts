import { z } from "zod";
import { defineWorkload, type Scaling } from "./contract.ts";
import { egressOf, FIELDS, METRICS_PORT, NEEDS, processOf, secretsOf } from "./web-app/application.ts";

const HTTP = 8000;
const ERRORS = 'web_app_requests_total{status=~"5.."}';

/** The team's product: an API that answers at once from its cache, and else puts work on a queue for `web-app-worker`. */
export const webApp = defineWorkload({
  kind: "web-app",
  layer: "interface",
  summary: "API of a product: takes questions, caches, limits, and queues the work for its workers",
  memory: "`memoryMiB` for each pod.",
  runtimes: ["kubernetes", "compose"],
  ports: {
    http: { port: HTTP, audience: "public" },
    metrics: { port: METRICS_PORT, audience: "cluster" },
  },
  needs: NEEDS,
  metrics: {
    port: "metrics",
    path: "/metrics",
    names: [
      "web_app_cache_lookups_total",
      "web_app_queue_length",
      "web_app_request_seconds_bucket",
      "web_app_requests_total",
    ],
  },
  alerts: [
    {
      name: "WebAppFailing",
      expression: `sum by (workload) (rate(${ERRORS}[5m])) > 0.02 * sum by (workload) (rate(web_app_requests_total[5m]))`,
      forMinutes: 5,
      severity: "page",
      summary: "More than 2 % of the requests to the application fail",
      runbook: [
        "Search the logs for `exception` of this workload: each line has the id of its request.",
        "Look at the queue's server: without it no question is taken.",
        "Go back to the image before if the failures began with a release.",
      ],
    },
    {
      name: "WebAppQueueGrowing",
      expression: "min by (workload) (web_app_queue_length) > 100",
      forMinutes: 15,
      severity: "page",
      summary: "Questions come faster than the workers answer them",
      runbook: [
        "Look at the workers: pods that fail to start or that wait for the proxy answer nothing.",
        "Look at the proxy's time to answer; a slow model holds every worker.",
        "Raise the workers' `maximum`, or their `threads` if the models have room.",
      ],
    },
  ],
  panels: [
    { title: "Requests by status", expression: "sum by (status) (rate(web_app_requests_total[5m]))", unit: "reqps" },
    {
      title: "Time to the response, 95 of 100",
      expression: "histogram_quantile(0.95, sum by (le) (rate(web_app_request_seconds_bucket[5m])))",
      unit: "s",
    },
    { title: "Questions that wait", expression: "max(web_app_queue_length)", unit: "short" },
    {
      title: "Share answered from the cache",
      expression:
        'sum(rate(web_app_cache_lookups_total{found="true"}[5m])) / sum(rate(web_app_cache_lookups_total[5m]))',
      unit: "percentunit",
    },
  ],
  spec: {
    ...FIELDS,
    minimum: z.int().min(1).max(20).default(2).meta({ description: "Fewest pods; on Docker Compose there is one." }),
    maximum: z.int().min(1).max(20).default(4).meta({ description: "Most pods, by the use of their processors." }),
    maxPromptCharacters: z.int().min(1).default(16_000),
    userHeader: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/)
      .default("x-user-id")
      .meta({ description: "Header in which the gateway says who asks; it counts requests by it as well." }),
  },
  example: { image: `registry.example.org/team/web-app@sha256:${"0".repeat(64)}`, model: "small" },
  egress: egressOf,
  build: (spec, context) => {
    const { minimum, maximum, maxPromptCharacters, userHeader } = spec;
    const scaling: Scaling = { minimum, maximum, by: { kind: "cpu", share: 0.7 } };
    const container = processOf(spec, context, ["python", "-m", "web_app"]);
    const probe = (path: string) => ({ path, port: HTTP, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 5 });
    return {
      replicas: context.runtime === "compose" ? 1 : scaling,
      container: {
        ...container,
        env: {
          ...container.env,
          HTTP_PORT: String(HTTP),
          MAX_PROMPT_CHARACTERS: String(maxPromptCharacters),
          USER_HEADER: userHeader,
        },
        probes: {
          startup: { ...probe("/readyz"), failureThreshold: 30 },
          readiness: probe("/readyz"),
          liveness: probe("/healthz"),
        },
        lifecycle: { graceSeconds: 40, drainSeconds: 10 },
      },
      secrets: secretsOf(spec),
    };
  },
});
