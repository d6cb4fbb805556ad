import { expect, test } from "vitest";
import type { Egress, Member } from "./contract.ts";
import { egressProxy } from "./egress-proxy.ts";
import { buildExample, exampleConsumer } from "./example.ts";

const host = (name: string, port = 443): Egress => ({ host: name, port, purpose: "" });

const member = (name: string, egress: readonly Egress[]): Member => ({
  name,
  kind: name,
  team: "example",
  pool: "example",
  runtime: "kubernetes",
  dataClass: "internal",
  handles: {},
  metrics: undefined,
  alerts: [],
  panels: [],
  indicators: [],
  egress,
  published: [],
});

const fleet = [
  member("litellm", [host("api.openai.com"), host("api.mistral.ai"), host("gpu.example.org", 8443)]),
  member("ollama", [host("registry.ollama.ai")]),
  member("idle", [host("never.example.org")]),
];
const consumers = ["litellm", "ollama"].map((name) => exampleConsumer(egressProxy, name, "proxy"));

const configurationOf = (surroundings: Parameters<typeof buildExample>[2]): string =>
  buildExample(egressProxy, {}, surroundings).files?.["/etc/egress-proxy/squid.conf"] ?? "";

test("each workload has a port, and behind it the hosts of its definition; a name is resolved after it was found there", () => {
  const lines = configurationOf({ consumers, fleet }).split("\n");
  expect(lines.filter((line) => /^(http_port|http_access|acl (from|hosts|port))/.test(line))).toEqual([
    "http_port 3128 name=probe",
    "http_port 29840 name=litellm",
    "http_port 29295 name=ollama",
    "acl from:litellm myportname litellm",
    "acl hosts:litellm:443 dstdomain -n api.mistral.ai",
    "acl hosts:litellm:443 dstdomain -n api.openai.com",
    "acl port:litellm:443 port 443",
    "http_access allow tunnel from:litellm port:litellm:443 hosts:litellm:443 !inside",
    "acl hosts:litellm:8443 dstdomain -n gpu.example.org",
    "acl port:litellm:8443 port 8443",
    "http_access allow tunnel from:litellm port:litellm:8443 hosts:litellm:8443 !inside",
    "acl from:ollama myportname ollama",
    "acl hosts:ollama:443 dstdomain -n registry.ollama.ai",
    "acl port:ollama:443 port 443",
    "http_access allow tunnel from:ollama port:ollama:443 hosts:ollama:443 !inside",
    "http_access deny all",
  ]);
});

test("it may itself reach the ports of what is declared, and no other", () => {
  const purpose = "hosts that other workloads declare";
  expect(buildExample(egressProxy, {}, { consumers, fleet }).internet).toEqual([
    { port: 443, protocol: "TCP", purpose },
    { port: 8443, protocol: "TCP", purpose },
  ]);
  expect(buildExample(egressProxy).internet).toEqual([]);
});

test("on Docker Compose there is one, whatever the entry says", () => {
  expect(buildExample(egressProxy, { replicas: 3 }, { runtime: "compose" }).replicas).toBe(1);
  expect(buildExample(egressProxy, { replicas: 3 }).replicas).toBe(3);
});

test("two workloads whose names come to the same port are told so", () => {
  const [first, second] = consumers;
  if (first === undefined || second === undefined) throw new Error("no consumers");
  const clash = [first, { ...second, handle: { ...second.handle, port: first.handle.port } }];
  expect(() => buildExample(egressProxy, {}, { consumers: clash, fleet })).toThrow(
    "port 29840 would be both litellm's and ollama's; give one another name",
  );
});
