import { afterEach, beforeEach, expect, test } from "vitest";
import { TestRehearsal, urnOf, type TestProvider } from "../protocol/test-client.ts";
import type { Properties } from "../protocol/values.ts";

const RECORD = "cloudflare:index/dnsRecord:DnsRecord";
const RULESET = "cloudflare:index/ruleset:Ruleset";
const TUNNEL = "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared";

let rehearsal: TestRehearsal;
let cloudflare: TestProvider;
beforeEach(async () => {
  rehearsal = new TestRehearsal();
  cloudflare = await rehearsal.provider("cloudflare");
});
afterEach(() => rehearsal.end());

const make = (type: string, name: string, inputs: Properties) => cloudflare.create(urnOf(type, name), inputs);

test("a host has one record, and another zone its own", async () => {
  const record = { zoneId: "a", name: "app.example.org", type: "CNAME", content: "x.cfargotunnel.com", ttl: 1 };
  await make(RECORD, "one", record);
  await expect(make(RECORD, "two", record)).rejects.toThrow("record with that host already exists. (81053)");
  await make(RECORD, "three", { ...record, zoneId: "b" });
});

test("a zone has one list of rules for each phase", async () => {
  const rules = { zoneId: "a", name: "cache", kind: "zone", phase: "http_request_cache_settings", rules: [] };
  await make(RULESET, "one", rules);
  await expect(make(RULESET, "two", { ...rules, name: "other" })).rejects.toThrow("already exists. (20217)");
  await make(RULESET, "three", { ...rules, phase: "http_request_late_transform" });
});

test("a tunnel takes a secret of 32 bytes or more", async () => {
  const tunnel = (bytes: number) => ({
    accountId: "a",
    name: `of-${bytes}`,
    tunnelSecret: Buffer.alloc(bytes, 1).toString("base64"),
  });
  await expect(make(TUNNEL, "short", tunnel(31))).rejects.toThrow("must be at least 32 bytes");
  const { state } = await make(TUNNEL, "enough", tunnel(32));
  expect(state).toMatchObject({ configSrc: "local", remoteConfig: false, tunType: "cfd_tunnel" });
});

test("a site's domain needs its project, whose address is its name", async () => {
  const domain = { accountId: "a", name: "app.example.org", projectName: "app" };
  await expect(make("cloudflare:index/pagesDomain:PagesDomain", "early", domain)).rejects.toThrow(
    "app not found (404)",
  );
  const project = await make("cloudflare:index/pagesProject:PagesProject", "app", {
    accountId: "a",
    name: "app",
    productionBranch: "main",
  });
  expect(project.state["subdomain"]).toBe("app.pages.dev");
  await make("cloudflare:index/pagesDomain:PagesDomain", "domain", domain);
});
