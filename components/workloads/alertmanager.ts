import { stringify } from "yaml";
import { z } from "zod";
import { configuration, SECRETS } from "./alertmanager/configuration.ts";
import { ALERTS, METRICS, PANELS } from "./alertmanager/observability.ts";
import { credential, defineWorkload } from "./contract.ts";
import { httpProbes } from "./probes.ts";

const API = 9093;

/** Tells people of alerts, and an outside watcher that it still can. Keeps silences on a volume. */
export const alertmanager = defineWorkload({
  kind: "alertmanager",
  summary: "Hands alerts to the service that tells people, and a sign of life to an outside watcher",
  memory: "64 MiB, at most 128 MiB; an idle one measured 32.",
  runtimes: ["kubernetes", "compose"],
  backups: "optional",
  ports: { api: { port: API, audience: "admin" } },
  needs: { workflows: { kind: "n8n", port: "http", optional: true } },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    webhookHost: z
      .hostname()
      .optional()
      .meta({
        description:
          "Host outside the fleet that takes alerts as Alertmanager's JSON; the whole addresses are the secret `webhook`. " +
          "Without it the workflows of n8n must take them.",
      }),
    heartbeatHost: z.hostname().optional().meta({
      description:
        "Host outside the fleet that raises an alarm when no sign of life comes; the whole address is the secret `heartbeat`.",
    }),
    heartbeatMinutes: z.int().min(1).max(60).default(5).meta({ description: "Between two signs of life." }),
  },
  example: { webhookHost: "alerts.example.org", heartbeatHost: "watcher.example.net" },
  egress: ({ webhookHost, heartbeatHost }) => [
    ...(webhookHost === undefined ? [] : [{ host: webhookHost, port: 443, purpose: "alerts" }]),
    ...(heartbeatHost === undefined ? [] : [{ host: heartbeatHost, port: 443, purpose: "sign of life" }]),
  ],
  build: (spec, context) => {
    const { workflows } = context.needs;
    const beats = spec.heartbeatHost !== undefined;
    const outside = spec.webhookHost !== undefined;
    if (!outside && workflows === undefined) {
      throw new Error("nobody is told of alerts: state `webhookHost`, or add a workload of kind n8n");
    }
    return {
      replicas: 1,
      container: {
        image: context.image("alertmanager"),
        args: [
          "--config.file=/etc/alertmanager/alertmanager.yml",
          "--storage.path=/alertmanager",
          // One instance has no peers to listen for.
          "--cluster.listen-address=",
        ],
        cpu: { request: 0.05 },
        memoryMiB: { request: 64, limit: 128 },
        probes: httpProbes({ port: API, ready: "/-/ready", live: "/-/healthy" }),
        user: 65534,
      },
      volumes: {
        silences: { path: "/alertmanager", sizeGiB: 1, keep: true, backup: { everyHours: 24, keepDays: 7 } },
      },
      files: {
        "/etc/alertmanager/alertmanager.yml": stringify(
          configuration({ outside, workflows, beats, minutes: spec.heartbeatMinutes }),
        ),
      },
      secrets: {
        ...(outside ? { webhook: { class: "provided", keys: ["page", "ticket"] } } : {}),
        ...(beats ? { heartbeat: { class: "provided", keys: ["url"] } } : {}),
      },
      secretFiles: {
        ...(outside
          ? {
              [`${SECRETS}/page`]: { secret: "webhook", key: "page" },
              [`${SECRETS}/ticket`]: { secret: "webhook", key: "ticket" },
            }
          : {}),
        ...(workflows === undefined ? {} : { [`${SECRETS}/workflows`]: credential(workflows, "password") }),
        ...(beats ? { [`${SECRETS}/heartbeat`]: { secret: "heartbeat", key: "url" } } : {}),
      },
    };
  },
});
