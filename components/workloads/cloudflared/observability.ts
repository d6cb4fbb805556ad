import type { Alert, Metrics, Panel } from "../contract.ts";

/** From https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/monitor-tunnels/metrics/ */
export const METRICS: Metrics = {
  port: "metrics",
  path: "/metrics",
  names: [
    "cloudflared_tunnel_ha_connections",
    "cloudflared_tunnel_request_errors",
    "cloudflared_tunnel_total_requests",
  ],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "TunnelDown",
    expression: "sum(cloudflared_tunnel_ha_connections) == 0",
    forMinutes: 2,
    severity: "page",
    summary: "No connection to Cloudflare is open: the public reaches nothing",
    runbook: [
      "Read the log of a pod of the tunnel: a refused token says so, and so does a network that lets nothing out.",
      "Look at Cloudflare's own status page.",
      "For a refused token raise `edge.secretVersion` and run `npm run up`: tunnel, Vault and pods get another one.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  { title: "Connections to Cloudflare", expression: "sum(cloudflared_tunnel_ha_connections)", unit: "short" },
  {
    title: "Requests that did not reach the gateway",
    expression: "sum(rate(cloudflared_tunnel_request_errors[5m]))",
    unit: "reqps",
  },
];
