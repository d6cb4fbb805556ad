import { z } from "zod";
import { defineWorkload, type Scaling } from "./contract.ts";
import { httpProbes } from "./probes.ts";
import { egressOf, FIELDS, METRICS_PORT, NEEDS, processOf, secretsOf } from "./web-app/application.ts";
import { ALERTS, METRICS, PANELS } from "./web-app/observability.ts";

const HTTP = 8000;

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
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
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
        probes: httpProbes({ port: HTTP, ready: "/readyz", live: "/healthz", startSeconds: 300, timeoutSeconds: 5 }),
        lifecycle: { graceSeconds: 40, drainSeconds: 10 },
      },
      secrets: secretsOf(spec),
    };
  },
});
