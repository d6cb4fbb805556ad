import { expect, test } from "vitest";
import { parse } from "yaml";
import type { Handle, Member } from "./contract.ts";
import { buildExample } from "./example.ts";
import { gateway } from "./gateway.ts";

const web: Handle = {
  workload: "shop",
  team: "shop",
  namespace: "team-shop",
  port: 8080,
  protocol: "TCP",
  host: "shop.team-shop.svc.cluster.local",
  url: "http://shop.team-shop.svc.cluster.local:8080",
};
const shop: Member = {
  name: "shop",
  kind: "web-app",
  team: "shop",
  pool: "inference",
  runtime: "kubernetes",
  dataClass: "internal",
  handles: { web },
  metrics: undefined,
  alerts: [],
  panels: [],
  indicators: [],
  egress: [],
  published: [{ hostname: "shop.example.org", handle: web }],
};

const built = buildExample(gateway, {}, { fleet: [shop] });
const fileOf = (name: string): unknown => parse(built.files?.[`/etc/traefik/${name}`] ?? "");

test("each published host name leads to its workload, through the limit and the security headers", () => {
  expect(fileOf("routes.yml")).toMatchObject({
    http: {
      routers: {
        "shop-8080": {
          entryPoints: ["web"],
          rule: "Host(`shop.example.org`)",
          middlewares: ["rate-limit", "security"],
          service: "shop-8080",
        },
      },
      services: { "shop-8080": { loadBalancer: { servers: [{ url: web.url }] } } },
    },
  });
  expect(built.needs).toEqual([web]);
});

test("all replicas count in one store, whose password stands in no file", () => {
  expect(fileOf("routes.yml")).toMatchObject({
    http: {
      middlewares: {
        "rate-limit": {
          rateLimit: {
            average: 10,
            period: "1s",
            burst: 20,
            sourceCriterion: { requestHeaderName: "Cf-Connecting-Ip" },
            redis: {
              endpoints: ["valkey-cache.team-example.svc.cluster.local:6379"],
              password: '{{ env "CACHE_PASSWORD" }}',
            },
          },
        },
      },
    },
  });
  expect(built.container.env).toMatchObject({
    CACHE_PASSWORD: { workload: "valkey-cache", secret: "login", key: "password" },
  });
});

test("without a store there is one replica, or an error that says what is missing", () => {
  const alone = { needs: { counters: undefined } };
  expect(buildExample(gateway, { replicas: 1 }, alone).container.env).toEqual({ GOMEMLIMIT: "200MiB" });
  expect(() => buildExample(gateway, { replicas: 2 }, alone)).toThrow(
    "`replicas` above 1 would each count requests alone; add a workload of kind valkey-cache",
  );
});

test("the log has the request's id, and neither its path with the query string nor its sender", () => {
  expect(fileOf("traefik.yml")).toMatchObject({
    accessLog: {
      format: "json",
      fields: {
        defaultMode: "drop",
        names: expect.not.objectContaining({ RequestPath: "keep", RequestLine: "keep", ClientAddr: "keep" }),
        headers: { defaultMode: "drop", names: { "X-Request-Id": "keep", "Cf-Ray": "keep" } },
      },
    },
  });
});

test("probe and metrics are apart from requests, and there is no dashboard", () => {
  expect(fileOf("traefik.yml")).toMatchObject({
    entryPoints: { web: { address: ":8000" }, metrics: { address: ":9100" } },
    ping: { entryPoint: "metrics" },
    metrics: { prometheus: { entryPoint: "metrics" } },
  });
  expect(fileOf("traefik.yml")).not.toHaveProperty("api");
});
