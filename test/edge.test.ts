import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Row, Value } from "../policies/row.ts";
import { stackUrn } from "../policies/stack.ts";
import { asList } from "../policies/values.ts";
import { loadEnvironment } from "../stacks/environment-file.ts";
import { layerOf } from "../stacks/layering.ts";
import { rowOf, rowsOf, tree } from "./harness.ts";

const FILE = path.join(import.meta.dirname, "..", "stacks", "Pulumi.production.yaml");
const TUNNEL = "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared";
const RECORD = "cloudflare:index/dnsRecord:DnsRecord";
const ZONE = "0123456789abcdef0123456789abcdef";

let rows: readonly Row[];
beforeAll(async () => {
  rows = await rowsOf(await loadEnvironment(FILE));
});
const edgeRows = (): readonly Row[] =>
  rows.filter(({ urn, parent }) => parent === stackUrn("production") && layerOf(urn) === "edge");

describe("the edge of production", () => {
  it("is a zone's rules, a front end, a tunnel and its token in Vault", () => {
    const whole = edgeRows().map(({ urn, name, type }) => `${name}: ${type}\n${tree(rows, urn, 1)}`);
    expect(whole.sort().join("")).toBe(`app: splitfleet:edge:StaticSite
  app-app.example.org: ${RECORD}
  app-domain: cloudflare:index/pagesDomain:PagesDomain
  app-project: cloudflare:index/pagesProject:PagesProject
cloudflared-tunnel: splitfleet:secrets:StoredSecret
  cloudflared-tunnel-secret: vault:kv/secretV2:SecretV2
edge: splitfleet:edge:Zone
  edge-always-use-https: cloudflare:index/zoneSetting:ZoneSetting
  edge-cache: cloudflare:index/ruleset:Ruleset
  edge-headers: cloudflare:index/ruleset:Ruleset
  edge-min-tls-version: cloudflare:index/zoneSetting:ZoneSetting
production: splitfleet:edge:Tunnel
  production-api.example.org: ${RECORD}
  production-secret: random:index/randomBytes:RandomBytes
  production-tunnel: ${TUNNEL}
`);
  });

  it("has a tunnel whose routes are in its own file, and a proxied name for each public port", () => {
    const tunnel = rowOf(rows, TUNNEL, "production-tunnel");
    expect(tunnel.inputs).toMatchObject({ accountId: ZONE, name: "production", configSrc: "local" });
    expect(tunnel.secretPaths).toEqual(["tunnelSecret"]);
    expect(rowOf(rows, RECORD, "production-api.example.org").inputs).toMatchObject({
      zoneId: ZONE,
      name: "api.example.org",
      type: "CNAME",
      proxied: true,
      ttl: 1,
    });
  });

  it("hands the token over where the tunnel's pods read it, as a secret", () => {
    const { inputs, secretPaths } = rowOf(rows, "vault:kv/secretV2:SecretV2", "cloudflared-tunnel-secret");
    expect(inputs).toMatchObject({ mount: "splitfleet/kv", name: "production/cloudflared/tunnel" });
    expect(secretPaths).toEqual(["dataJson"]);
    const synced = rowOf(rows, "kubernetes:secrets.hashicorp.com/v1beta1:VaultStaticSecret", "cloudflared-tunnel");
    expect(synced.inputs["spec"]).toMatchObject({ mount: "splitfleet/kv", path: inputs["name"] });
  });

  it("caches files by their extension and nothing else, and gives each request an id", () => {
    const [answers, files] = rulesOf("edge-cache");
    expect(answers).toMatchObject({ expression: "true", actionParameters: { cache: false } });
    expect(files).toMatchObject({
      expression: expect.stringMatching(/^http\.request\.uri\.path\.extension in \{"avif" "css" .* "woff2"\}$/),
      actionParameters: { cache: true, cacheKey: { cacheDeceptionArmor: true } },
    });
    expect(rulesOf("edge-headers")).toMatchObject([
      {
        expression: "true",
        actionParameters: { headers: { "X-Request-Id": { operation: "set", expression: "cf.ray_id" } } },
      },
    ]);
  });

  it("limits no requests, which the gateway does", () => {
    const phases = rows.filter(({ type }) => type.endsWith(":Ruleset")).map(({ inputs }) => inputs["phase"]);
    expect(phases.sort()).toEqual(["http_request_cache_settings", "http_request_late_transform"]);
  });
});

it("without its section there is no edge, and no provider of one", async () => {
  const { spec, lock } = structuredClone(await loadEnvironment(FILE));
  delete spec.edge;
  const without = await rowsOf({ spec, lock });
  expect(without.filter(({ urn, type }) => layerOf(urn) === "edge" || type.includes("cloudflare"))).toEqual([]);
});

const rulesOf = (name: string): readonly Value[] => {
  const { inputs } = rowOf(rows, "cloudflare:index/ruleset:Ruleset", name);
  return asList(inputs["rules"]);
};
