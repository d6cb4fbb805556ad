import { expect, test } from "vitest";
import { parse } from "yaml";
import { cloudflared } from "./cloudflared.ts";
import { buildExample } from "./example.ts";

test("every public host name leads to the gateway, and every other name to nothing", () => {
  const published = ["shop.example.org", "chat.example.org"].map((hostname) => ({ hostname, handle: HANDLE }));
  const { files, internet } = buildExample(cloudflared, {}, { fleet: [{ ...MEMBER, published }] });
  const service = "http://gateway.team-example.svc.cluster.local:8000";
  expect(parse(files?.["/etc/cloudflared/config.yml"] ?? "")).toEqual({
    metrics: "0.0.0.0:20241",
    "no-autoupdate": true,
    "grace-period": "30s",
    ingress: [
      { hostname: "chat.example.org", service },
      { hostname: "shop.example.org", service },
      { service: "http_status:404" },
    ],
  });
  expect(internet?.map(({ port, protocol }) => `${port}/${protocol}`)).toEqual(["7844/UDP", "7844/TCP"]);
});

test("its token is a secret that somebody else issues, and no argument", () => {
  const { container, secrets } = buildExample(cloudflared);
  expect(container.env).toEqual({ TUNNEL_TOKEN: { secret: "tunnel", key: "token" } });
  expect(container.args).toEqual(["tunnel", "--config", "/etc/cloudflared/config.yml", "run"]);
  expect(secrets).toEqual({ tunnel: { class: "provided", keys: ["token"], issuer: "edge" } });
});

const HANDLE = {
  workload: "shop",
  team: "shop",
  namespace: "team-shop",
  port: 8080,
  protocol: "TCP",
  host: "shop.team-shop.svc.cluster.local",
  url: "http://shop.team-shop.svc.cluster.local:8080",
} as const;
const MEMBER = {
  name: "shop",
  kind: "web-app",
  team: "shop",
  pool: "inference",
  runtime: "kubernetes",
  dataClass: "internal",
  handles: { web: HANDLE },
  metrics: undefined,
  alerts: [],
  panels: [],
  indicators: [],
  egress: [],
} as const;
