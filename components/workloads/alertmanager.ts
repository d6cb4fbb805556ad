import { stringify } from "yaml";
import { z } from "zod";
import { ALERTS, METRICS, PANELS } from "./alertmanager/observability.ts";
import { WATCHDOG } from "./alertmanager/watchdog.ts";
import { defineWorkload } from "./contract.ts";

const API = 9093;
const SECRETS = "/etc/alertmanager/secrets";

/** Tells people of alerts, and an outside watcher that it still can. Keeps silences on a volume. */
export const alertmanager = defineWorkload({
  kind: "alertmanager",
  summary: "Hands alerts to the service that tells people, and a sign of life to an outside watcher",
  memory: "64 MiB, at most 128 MiB; an idle one measured 32.",
  runtimes: ["kubernetes", "compose"],
  backups: "optional",
  ports: { api: { port: API, audience: "admin" } },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    webhookHost: z.hostname().meta({
      description:
        "Host of the service that takes alerts as Alertmanager's JSON; the whole addresses are the secret `webhook`.",
    }),
    heartbeatHost: z.hostname().optional().meta({
      description:
        "Host outside the fleet that raises an alarm when no sign of life comes; the whole address is the secret `heartbeat`.",
    }),
    heartbeatMinutes: z.int().min(1).max(60).default(5).meta({ description: "Between two signs of life." }),
  },
  example: { webhookHost: "alerts.example.org", heartbeatHost: "watcher.example.net" },
  egress: ({ webhookHost, heartbeatHost }) => [
    { host: webhookHost, port: 443, purpose: "alerts" },
    ...(heartbeatHost === undefined ? [] : [{ host: heartbeatHost, port: 443, purpose: "sign of life" }]),
  ],
  build: (spec, context) => {
    const probe = (path: string) => ({ path, port: API, periodSeconds: 10, failureThreshold: 3 });
    const beats = spec.heartbeatHost !== undefined;
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
        probes: { readiness: probe("/-/ready"), liveness: probe("/-/healthy") },
        user: 65534,
      },
      volumes: {
        silences: { path: "/alertmanager", sizeGiB: 1, keep: true, backup: { everyHours: 24, keepDays: 7 } },
      },
      files: { "/etc/alertmanager/alertmanager.yml": stringify(configuration(beats, spec.heartbeatMinutes)) },
      secrets: {
        webhook: { class: "provided", keys: ["page", "ticket"] },
        ...(beats ? { heartbeat: { class: "provided", keys: ["url"] } } : {}),
      },
      secretFiles: {
        [`${SECRETS}/page`]: { secret: "webhook", key: "page" },
        [`${SECRETS}/ticket`]: { secret: "webhook", key: "ticket" },
        ...(beats ? { [`${SECRETS}/heartbeat`]: { secret: "heartbeat", key: "url" } } : {}),
      },
    };
  },
});

/** Pages are repeated every four hours, tickets every day; a page silences the tickets of the same workload. */
const configuration = (beats: boolean, minutes: number) => ({
  // Leaves through the egress proxy, whose address the runtime puts into the environment.
  global: { resolve_timeout: "5m", http_config: { proxy_from_environment: true } },
  route: {
    receiver: "ticket",
    group_by: ["alertname", "workload"],
    group_wait: "30s",
    group_interval: "5m",
    repeat_interval: "24h",
    routes: [
      {
        receiver: beats ? "heartbeat" : "nobody",
        matchers: [`alertname="${WATCHDOG}"`],
        group_wait: "0s",
        group_interval: `${minutes}m`,
        repeat_interval: `${minutes}m`,
      },
      { receiver: "page", matchers: ['severity="page"'], repeat_interval: "4h" },
    ],
  },
  inhibit_rules: [
    { source_matchers: ['severity="page"'], target_matchers: ['severity="ticket"'], equal: ["workload"] },
  ],
  receivers: [webhook("page", true), webhook("ticket", true), beats ? webhook("heartbeat", false) : { name: "nobody" }],
});

const webhook = (name: string, resolved: boolean) => ({
  name,
  webhook_configs: [{ url_file: `${SECRETS}/${name}`, send_resolved: resolved }],
});
