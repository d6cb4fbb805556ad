import { stringify } from "yaml";
import { z } from "zod";
import { credential, defineWorkload } from "./contract.ts";
import { installConfiguration, routingConfiguration } from "./gateway/configuration.ts";

const HTTP = 8000;
const METRICS = 9100;
const GRACE_SECONDS = 60;

/**
 * The one door for the public: routes each host name that a workload publishes to that workload, and limits how many
 * requests one source may send. Called by the tunnel only; TLS ends at Cloudflare. Passes `X-Request-Id` and `Cf-Ray` on
 * and logs both, and makes neither: Traefik has no way to, so Cloudflare's rule for request headers does.
 */
export const gateway = defineWorkload({
  kind: "gateway",
  layer: "interface",
  summary: "Traefik: routes public host names to workloads, with a limit of requests for each source",
  memory: "128 MiB, at most 256.",
  runtimes: ["kubernetes"],
  ports: {
    http: { port: HTTP, audience: "cluster" },
    metrics: { port: METRICS, audience: "cluster" },
  },
  needs: { counters: { kind: "valkey-cache", port: "redis", optional: true } },
  // https://doc.traefik.io/traefik/observability/metrics/overview/
  metrics: {
    port: "metrics",
    path: "/metrics",
    names: [
      "traefik_config_last_reload_success",
      "traefik_entrypoint_requests_total",
      "traefik_open_connections",
      "traefik_service_request_duration_seconds_bucket",
      "traefik_service_requests_total",
    ],
  },
  alerts: [
    {
      name: "GatewayFailing",
      expression:
        'sum by (service) (rate(traefik_service_requests_total{code=~"5.."}[5m]))' +
        " > 0.05 * sum by (service) (rate(traefik_service_requests_total[5m]))",
      forMinutes: 10,
      severity: "page",
      summary: "More than one public request in twenty to a service fails",
      runbook: [
        "The label `service` is the workload and its port: see whether its pods are ready, and what their log says.",
        "A 502 or 504 is Traefik's own: it can not reach the workload, or waited too long for it.",
        "Take the request id of a line in the gateway's log, and look for it in Loki: the workload's lines have it too.",
      ],
    },
  ],
  panels: [
    {
      title: "Requests by service",
      expression: "sum by (service) (rate(traefik_service_requests_total[5m]))",
      unit: "reqps",
    },
    {
      title: "Requests refused by the limit",
      expression: 'sum(rate(traefik_entrypoint_requests_total{code="429"}[5m]))',
      unit: "reqps",
    },
    {
      title: "Time of 95 requests in 100",
      expression:
        "histogram_quantile(0.95, sum by (le, service) (rate(traefik_service_request_duration_seconds_bucket[5m])))",
      unit: "s",
    },
  ],
  spec: {
    replicas: z.int().min(1).max(10).default(2),
    requestsPerSecond: z.int().min(1).default(10).meta({ description: "That one source may send, on average." }),
    burst: z.int().min(1).default(20).meta({ description: "Requests that one source may send at once." }),
    sourceHeader: z
      .string()
      .default("Cf-Connecting-Ip")
      .meta({
        description:
          "Header that tells sources apart. It must be one that Cloudflare sets, as callers can send any other:" +
          " their address, or behind Cloudflare Access `Cf-Access-Authenticated-User-Email`.",
      }),
  },
  build: (spec, context) => {
    const { counters } = context.needs;
    if (spec.replicas > 1 && counters === undefined) {
      throw new Error("`replicas` above 1 would each count requests alone; add a workload of kind valkey-cache");
    }
    const routes = context.fleet.filter(({ runtime }) => runtime === context.runtime).flatMap((own) => own.published);
    const routing = routingConfiguration(routes, {
      perSecond: spec.requestsPerSecond,
      burst: spec.burst,
      header: spec.sourceHeader,
      store: counters,
    });
    const probe = { path: "/ping", port: METRICS, periodSeconds: 10, failureThreshold: 3 };
    return {
      replicas: spec.replicas,
      container: {
        image: context.image("gateway"),
        args: ["--configFile=/etc/traefik/traefik.yml"],
        env: {
          GOMEMLIMIT: "200MiB",
          ...(counters === undefined ? {} : { CACHE_PASSWORD: credential(counters, "password") }),
        },
        cpu: { request: 0.1 },
        memoryMiB: { request: 128, limit: 256 },
        probes: { readiness: probe, liveness: probe },
        lifecycle: { graceSeconds: GRACE_SECONDS + 15, drainSeconds: 5 },
        user: 65532,
      },
      files: {
        "/etc/traefik/traefik.yml": stringify(installConfiguration({ http: HTTP, metrics: METRICS }, GRACE_SECONDS)),
        "/etc/traefik/routes.yml": stringify(routing, { aliasDuplicateObjects: false }),
      },
      needs: routes.map(({ handle }) => handle),
      priority: "platform",
    };
  },
});
