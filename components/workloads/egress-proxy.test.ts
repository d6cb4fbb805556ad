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
  member("litellm", [
    host("api.openai.com"),
    host("API.mistral.ai"),
    host("gpu.example.org", 8443),
    { ...host("mail.example.org", 587), withoutTls: "STARTTLS" },
  ]),
  member("ollama", [host("registry.ollama.ai"), host("api.mistral.ai")]),
  member("idle", [host("never.example.org")]),
];
const consumers = ["litellm", "ollama"].map((name) => exampleConsumer(egressProxy, name, "proxy"));

const fileOf = (name: string, surroundings: Parameters<typeof buildExample>[2] = { consumers, fleet }): string[] =>
  (buildExample(egressProxy, {}, surroundings).files?.[`/etc/egress-proxy/${name}`] ?? "").split("\n");

test("each workload has a port and a source address, and behind the port the hosts of its definition", () => {
  const rules = /^(http_port|http_access|tcp_outgoing_address|acl (from|hosts|port))/;
  expect(fileOf("squid.conf").filter((line) => rules.test(line))).toEqual([
    "http_port 3128 name=probe",
    "http_port 29840 name=litellm",
    "http_port 29295 name=ollama",
    "acl from:litellm myportname litellm",
    "tcp_outgoing_address 127.2.0.0 from:litellm",
    "acl hosts:litellm:443 dstdomain -n api.mistral.ai",
    "acl hosts:litellm:443 dstdomain -n api.openai.com",
    "acl port:litellm:443 port 443",
    "http_access allow tunnel from:litellm port:litellm:443 hosts:litellm:443",
    "acl hosts:litellm:587 dstdomain -n mail.example.org",
    "acl port:litellm:587 port 587",
    "http_access allow tunnel from:litellm port:litellm:587 hosts:litellm:587",
    "acl hosts:litellm:8443 dstdomain -n gpu.example.org",
    "acl port:litellm:8443 port 8443",
    "http_access allow tunnel from:litellm port:litellm:8443 hosts:litellm:8443",
    "acl from:ollama myportname ollama",
    "tcp_outgoing_address 127.2.0.1 from:ollama",
    "acl hosts:ollama:443 dstdomain -n api.mistral.ai",
    "acl hosts:ollama:443 dstdomain -n registry.ollama.ai",
    "acl port:ollama:443 port 443",
    "http_access allow tunnel from:ollama port:ollama:443 hosts:ollama:443",
    "http_access deny all",
  ]);
});

test("Squid finds every declared host at an address of loopback, and no other", () => {
  expect(fileOf("hosts")).toEqual([
    "127.1.0.0 api.mistral.ai",
    "127.1.0.1 api.openai.com",
    "127.1.0.2 gpu.example.org",
    "127.1.0.3 mail.example.org",
    "127.1.0.4 registry.ollama.ai",
    "",
  ]);
});

test("HAProxy waits for each host at its address and port, and compares the server name unless it is without TLS", () => {
  const lines = fileOf("haproxy.cfg");
  const [tls, plain] = [lines.indexOf("frontend tls"), lines.indexOf("frontend plain")];
  const waitsFor = (part: readonly string[]) => part.filter((line) => /^ {2}(bind|# Without)/.test(line));
  expect(waitsFor(lines.slice(tls, plain))).toEqual([
    "  bind 127.1.0.0:443 name 443:api.mistral.ai",
    "  bind 127.1.0.1:443 name 443:api.openai.com",
    "  bind 127.1.0.2:8443 name 8443:gpu.example.org",
    "  bind 127.1.0.4:443 name 443:registry.ollama.ai",
  ]);
  expect(waitsFor(lines.slice(plain))).toEqual([
    "  # Without TLS: STARTTLS",
    "  bind 127.1.0.3:587 name 587:mail.example.org",
  ]);
  const compared = lines.flatMap((line, index) => (line.includes("req.ssl_sni") ? [index] : []));
  expect(compared).toHaveLength(1);
  expect(compared[0]).toBeGreaterThan(tls);
  expect(compared[0]).toBeLessThan(plain);
});

test("HAProxy says in its log on whose behalf it was called", () => {
  expect(fileOf("haproxy.cfg").filter((line) => line.includes("{ src "))).toEqual(
    Array.from({ length: 2 }).flatMap(() => [
      "  tcp-request content set-var(txn.workload) str(litellm) if { src 127.2.0.0 }",
      "  tcp-request content set-var(txn.workload) str(ollama) if { src 127.2.0.1 }",
    ]),
  );
});

test("a host that is declared with TLS and without is told so, and one at a port that the proxy holds", () => {
  const built = (more: Egress) => () =>
    buildExample(egressProxy, {}, { consumers, fleet: [...fleet.slice(0, 1), member("ollama", [more])] });
  expect(built(host("Mail.example.org", 587))).toThrow(
    "mail.example.org:587 is declared with TLS and without, by litellm and ollama; let both say the same",
  );
  expect(built(host("far.example.org", 3128))).toThrow(
    "ollama declares far.example.org:3128, and port 3128 is the proxy's own",
  );
});

test("it may itself reach the ports of what is declared, and no other", () => {
  const purpose = "hosts that other workloads declare";
  expect(buildExample(egressProxy, {}, { consumers, fleet }).internet).toEqual([
    { port: 443, protocol: "TCP", purpose },
    { port: 587, protocol: "TCP", purpose },
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
