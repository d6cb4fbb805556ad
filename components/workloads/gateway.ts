import { stringify } from "yaml";
import { z } from "zod";
import { credential, defineWorkload } from "./contract.ts";
import { installConfiguration, routingConfiguration } from "./gateway/configuration.ts";
import { ALERTS, METRICS, PANELS } from "./gateway/observability.ts";
import { httpProbes } from "./probes.ts";

const HTTP = 8000;
const METRICS_PORT = 9100;
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
    metrics: { port: METRICS_PORT, audience: "cluster" },
  },
  needs: { counters: { kind: "valkey-cache", port: "redis", optional: true } },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
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
        probes: httpProbes({ port: METRICS_PORT, ready: "/ping" }),
        lifecycle: { graceSeconds: GRACE_SECONDS + 15, drainSeconds: 5 },
        user: 65532,
      },
      files: {
        "/etc/traefik/traefik.yml": stringify(
          installConfiguration({ http: HTTP, metrics: METRICS_PORT }, GRACE_SECONDS),
        ),
        "/etc/traefik/routes.yml": stringify(routing, { aliasDuplicateObjects: false }),
      },
      needs: routes.map(({ handle }) => handle),
      priority: "platform",
    };
  },
});
