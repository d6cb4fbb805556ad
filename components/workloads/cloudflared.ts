import { stringify } from "yaml";
import { z } from "zod";
import { ALERTS, METRICS, PANELS } from "./cloudflared/observability.ts";
import { defineWorkload } from "./contract.ts";

const METRICS_PORT = 20241;
const EDGE = 7844;
const CONFIG = "/etc/cloudflared/config.yml";

/**
 * The way in: keeps connections to Cloudflare open from inside, over which public requests come. Which host names lead to
 * the gateway stands in its file, so the tunnel has to be one with `config_src: local`; the environment's edge makes one
 * and puts its token into Vault.
 */
export const cloudflared = defineWorkload({
  kind: "cloudflared",
  layer: "interface",
  summary: "Cloudflare Tunnel: brings public requests to the gateway without an open port",
  memory: "64 MiB, at most 128.",
  runtimes: ["kubernetes"],
  ports: { metrics: { port: METRICS_PORT, audience: "cluster" } },
  needs: { gateway: { kind: "gateway", port: "http" } },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: { replicas: z.int().min(1).max(25).default(2).meta({ description: "Each keeps four connections open." }) },
  build: ({ replicas }, context) => {
    const probe = { path: "/ready", port: METRICS_PORT, periodSeconds: 10, failureThreshold: 3 };
    const hostnames = context.fleet.flatMap(({ published }) => published.map(({ hostname }) => hostname)).toSorted();
    const config = {
      metrics: `0.0.0.0:${METRICS_PORT}`,
      "no-autoupdate": true,
      "grace-period": "30s",
      ingress: [
        ...hostnames.map((hostname) => ({ hostname, service: context.needs.gateway.url })),
        { service: "http_status:404" },
      ],
    };
    return {
      replicas,
      container: {
        image: context.image("cloudflared"),
        args: ["tunnel", "--config", CONFIG, "run"],
        env: { TUNNEL_TOKEN: { secret: "tunnel", key: "token" } },
        cpu: { request: 0.05 },
        memoryMiB: { request: 64, limit: 128 },
        probes: { readiness: probe, liveness: { tcpPort: METRICS_PORT, periodSeconds: 10, failureThreshold: 6 } },
        lifecycle: { graceSeconds: 45 },
        user: 65532,
      },
      files: { [CONFIG]: stringify(config) },
      secrets: { tunnel: { class: "provided", keys: ["token"], issuer: "edge" } },
      internet: [
        { port: EDGE, protocol: "UDP", purpose: "the tunnel, over QUIC" },
        { port: EDGE, protocol: "TCP", purpose: "the tunnel, over HTTP/2 where UDP does not pass" },
      ],
      priority: "platform",
    };
  },
});
