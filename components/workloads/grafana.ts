import { stringify } from "yaml";
import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { dashboards } from "./grafana/dashboards.ts";
import { datasources } from "./grafana/datasources.ts";
import { METRICS, PANELS } from "./grafana/observability.ts";
import { httpProbes } from "./probes.ts";

const HTTP = 3000;
const DATA = "/var/lib/grafana";
const DASHBOARDS = "/etc/grafana/dashboards";
const PASSWORD = "/etc/grafana/admin-password";

/** Dashboards over metrics, logs and traces, all made from the definitions. Keeps its accounts on a volume. */
export const grafana = defineWorkload({
  kind: "grafana",
  summary: "Dashboards of the fleet, of each kind and the scorecard, over metrics, logs and traces",
  memory: "192 MiB, at most 384.",
  runtimes: ["kubernetes", "compose"],
  backups: "optional",
  ports: { http: { port: HTTP, audience: "mesh" } },
  needs: {
    metrics: { kind: "prometheus", port: "api" },
    logs: { kind: "loki", port: "http", optional: true },
    traces: { kind: "jaeger", port: "ui", optional: true },
  },
  metrics: METRICS,
  panels: PANELS,
  spec: {
    storageGiB: z.number().positive().default(2),
  },
  build: (spec, context) => {
    const { metrics, logs, traces } = context.needs;
    const image = context.image("grafana");
    const files = Object.entries(dashboards(context.fleet, context.targets));
    return {
      replicas: 1,
      container: {
        image,
        env: {
          GF_ANALYTICS_REPORTING_ENABLED: "false",
          GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
          GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
          GF_PLUGINS_PREINSTALL_DISABLED: "true",
          GF_AUTH_ANONYMOUS_ENABLED: "false",
          GF_USERS_ALLOW_SIGN_UP: "false",
          GF_SECURITY_ADMIN_PASSWORD__FILE: PASSWORD,
          GF_SECURITY_DISABLE_GRAVATAR: "true",
          GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: `${DASHBOARDS}/fleet.json`,
        },
        cpu: { request: 0.1 },
        memoryMiB: { request: 192, limit: 384 },
        probes: httpProbes({ port: HTTP, ready: "/api/health", startSeconds: 300 }),
        scratch: ["/tmp"],
        user: 472,
      },
      prepare: {
        // Grafana takes the password of its first start only; a rotated one is set before the next.
        password: {
          image,
          command: ["/bin/sh", "-ec"],
          args: [
            `if [ -s ${DATA}/grafana.db ]; then` +
              ` grafana cli --homepath /usr/share/grafana admin reset-admin-password --password-from-stdin < ${PASSWORD}; fi`,
          ],
          cpu: { request: 0.1 },
          memoryMiB: { request: 192 },
          scratch: ["/tmp"],
          user: 472,
        },
      },
      volumes: {
        data: { path: DATA, sizeGiB: spec.storageGiB, keep: true, backup: { everyHours: 24, keepDays: 14 } },
      },
      files: {
        "/etc/grafana/provisioning/datasources/fleet.yml": stringify(datasources({ metrics, logs, traces })),
        "/etc/grafana/provisioning/dashboards/fleet.yml": stringify({
          apiVersion: 1,
          providers: [{ name: "fleet", type: "file", allowUiUpdates: false, options: { path: DASHBOARDS } }],
        }),
        ...Object.fromEntries(
          files.map(([name, dashboard]) => [`${DASHBOARDS}/${name}.json`, JSON.stringify(dashboard, undefined, 1)]),
        ),
      },
      secrets: { admin: { class: "generated", keys: ["password"] } },
      secretFiles: { [PASSWORD]: { secret: "admin", key: "password" } },
    };
  },
});
