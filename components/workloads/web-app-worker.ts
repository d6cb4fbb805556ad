import { z } from "zod";
import { defineWorkload, type Scaling } from "./contract.ts";
import { ALERTS, METRICS, PANELS } from "./web-app-worker/observability.ts";
import { egressOf, FIELDS, METRICS_PORT, NEEDS, processOf, secretsOf } from "./web-app/application.ts";

/** Workers of a `web-app`: as many as its queue is long. One that dies loses nothing: another is given its item. */
export const webAppWorker = defineWorkload({
  kind: "web-app-worker",
  layer: "orchestration",
  summary: "Workers of a product's API, as many as its queue is long",
  memory: "`memoryMiB` for each pod.",
  runtimes: ["kubernetes", "compose"],
  ports: { metrics: { port: METRICS_PORT, audience: "cluster" } },
  needs: NEEDS,
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    ...FIELDS,
    minimum: z.int().min(0).max(20).default(1).meta({ description: "Fewest pods; on Docker Compose there is one." }),
    maximum: z.int().min(1).max(100).default(4),
    threads: z.int().min(1).max(64).default(8).meta({ description: "Questions that one pod asks at a time." }),
    lostSeconds: z
      .int()
      .min(5)
      .default(60)
      .meta({ description: "Time without a sign of life after which a worker's items go to another." }),
  },
  example: { image: `registry.example.org/team/web-app@sha256:${"0".repeat(64)}`, model: "small" },
  egress: egressOf,
  build: (spec, context) => {
    const { minimum, maximum, threads, lostSeconds, queueName, answerSeconds } = spec;
    const container = processOf(spec, context, ["python", "-m", "web_app.worker"]);
    const probe = { path: "/metrics", port: METRICS_PORT, periodSeconds: 10, failureThreshold: 6 };
    const scaling: Scaling = {
      minimum,
      maximum,
      by: { kind: "queue", server: context.needs.queue, list: `dramatiq:${queueName}`, perReplica: 2 * threads },
    };
    return {
      replicas: context.runtime === "compose" ? 1 : scaling,
      container: {
        ...container,
        env: { ...container.env, WORKER_THREADS: String(threads), LOST_SECONDS: String(lostSeconds) },
        probes: { startup: { ...probe, failureThreshold: 30 }, readiness: probe, liveness: probe },
        lifecycle: { graceSeconds: answerSeconds + 45 },
      },
      secrets: secretsOf(spec),
    };
  },
});
