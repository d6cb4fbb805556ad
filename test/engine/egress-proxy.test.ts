import { readFile, writeFile } from "node:fs/promises";
import { request } from "node:http";
import type { Socket } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { configuration } from "../../components/workloads/egress-proxy/configuration.ts";
import type { Client } from "../../components/workloads/egress-proxy/routes.ts";
import { serverNames } from "../../components/workloads/egress-proxy/server-names.ts";
import { debianProgram } from "../../sandbox/toolchain/debian.ts";
import { KEY, type Proxies, SHARED_KEY, startProxies, tunnel } from "./egress-proxies.ts";

let proxies: Proxies;
beforeAll(async () => {
  proxies = await startProxies();
}, 20_000);
afterAll(() => proxies.stop());

/** What the proxy of a workload answers to who asks for a host. */
async function statusOf(workload: "probe" | "litellm" | "ollama", host: string, port = proxies.tlsPort) {
  const { status, socket } = await tunnel(proxies.ports[workload], host, port);
  socket.destroy();
  return status;
}

/** What a workload reads through a tunnel to a host, having named a server in TLS: nothing if it is ended. */
async function read(workload: "litellm" | "ollama", host: string, servername: string | undefined): Promise<string> {
  const { socket } = await tunnel(proxies.ports[workload], host, proxies.tlsPort);
  const tls = connectTls({
    socket,
    ...SHARED_KEY,
    ...(servername === undefined ? {} : { servername }),
    pskCallback: () => ({ psk: KEY, identity: workload }),
    checkServerIdentity: () => undefined,
  });
  return toEnd(tls);
}

/** Everything until the other side ends; nothing if it breaks off. */
const toEnd = (socket: Socket): Promise<string> =>
  text(socket).catch((error: NodeJS.ErrnoException) => {
    expect(error.code).toBe("ECONNRESET");
    return "";
  });

/** The first line of the logs with these fields, once there is one. */
const logged = (fields: Readonly<Record<string, string>>): Promise<object> =>
  vi.waitFor(async () => {
    const found = (await proxies.logs()).find((line) =>
      Object.entries(fields).every(([name, value]) => line[name] === value),
    );
    expect(found).toBeDefined();
    return found ?? {};
  });

const CLIENTS: readonly Client[] = [
  { workload: "litellm", port: 20_001, egress: [{ host: "api.example.org", port: 443 }] },
  { workload: "n8n", port: 20_002, egress: [{ host: "mail.example.org", port: 587, withoutTls: "STARTTLS" }] },
];

test("Squid and HAProxy take the generated configuration as it is", async () => {
  const settings = { probePort: 3128, hostsPath: path.join(proxies.folder, "hosts"), shutdownSeconds: 60 };
  const [squid, haproxy] = ["as-generated.conf", "as-generated.cfg"].map((name) => path.join(proxies.folder, name));
  if (squid === undefined || haproxy === undefined) throw new Error("two files");
  await writeFile(squid, configuration(CLIENTS, settings));
  const { stderr } = await execa(await debianProgram("squid", "squid"), ["-k", "parse", "-f", squid]);
  expect(stderr.split("\n").filter((line) => /error|warning|fatal|bungled/i.test(line))).toEqual([]);
  for (const clients of [CLIENTS, []]) {
    await writeFile(haproxy, serverNames(clients, settings));
    const checked = await execa(await debianProgram("haproxy", "haproxy"), ["-c", "-f", haproxy], { all: true });
    expect(checked.all).toBe("Configuration file is valid");
  }
});

test("a declared host is reached end to end, and the logs say by whom, and the name within TLS", async () => {
  expect(await read("litellm", "api.example.org", "api.example.org")).toBe("hello");
  const port = String(proxies.tlsPort);
  expect(await logged({ host: "api.example.org", verdict: "TCP_TUNNEL", port })).toMatchObject({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    workload: "litellm",
    status: "200",
    method: "CONNECT",
  });
  expect(await logged({ host: "api.example.org", verdict: "passed" })).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    workload: "litellm",
    verdict: "passed",
    host: "api.example.org",
    port,
    serverName: "api.example.org",
    address: "127.0.0.1",
    sent: expect.stringMatching(/^\d{3,}$/),
    received: expect.stringMatching(/^\d{2,}$/),
    milliseconds: expect.stringMatching(/^\d+$/),
  });
});

test("the letters of a server name may be of either case, and the name of another workload's host passes for it alone", async () => {
  expect(await read("litellm", "api.example.org", "API.Example.org")).toBe("hello");
  expect(await read("ollama", "registry.example.org", "registry.example.org")).toBe("hello");
});

test.each([
  ["a name that nobody declared", "other.example.org", "other.example.org"],
  ["a name of another workload", "registry.example.org", "registry.example.org"],
  ["another name of the same workload", "gone.example.org", "gone.example.org"],
  ["a name that would break the log's line", String.raw`a"b\.example.org`, String.raw`a"b\.example.org`],
  ["no name", undefined, "-"],
])("a tunnel to a declared host whose greeting holds %s is ended", async (_, name, serverName) => {
  expect(await read("litellm", "api.example.org", name)).toBe("");
  expect(await logged({ verdict: "other-server-name", serverName })).toMatchObject({
    workload: "litellm",
    host: "api.example.org",
    address: "-",
    received: "0",
  });
});

test("a tunnel without TLS is ended: what speaks plainly, what stays silent after a byte, and a server that greets first", async () => {
  const { tlsPort, plainPort, ports } = proxies;
  for (const [port, first] of [
    [tlsPort, "GET / HTTP/1.1\r\n\r\n"],
    [tlsPort, "\u0016"],
    [plainPort, "\n"],
  ] as const) {
    const { status, socket } = await tunnel(ports.litellm, "api.example.org", port);
    expect(status).toBe(200);
    socket.write(first);
    expect(await toEnd(socket)).toBe("");
  }
  expect(await logged({ verdict: "no-tls", port: String(tlsPort), sent: "18" })).toMatchObject({ workload: "litellm" });
  expect(await logged({ verdict: "no-tls", port: String(tlsPort), sent: "1" })).toMatchObject({ serverName: "-" });
  expect(await logged({ verdict: "no-tls", port: String(plainPort) })).toMatchObject({ address: "-", received: "0" });
});

test("a host that is declared without TLS is reached without", async () => {
  const { socket } = await tunnel(proxies.ports.litellm, "mail.example.org", proxies.plainPort);
  expect(await toEnd(socket)).toBe("hello");
  expect(await logged({ host: "mail.example.org", verdict: "passed" })).toMatchObject({
    workload: "litellm",
    serverName: "-",
    address: "127.0.0.1",
  });
});

test("a host that another workload declared is refused, and so is one that nobody did", async () => {
  expect(await statusOf("ollama", "api.example.org")).toBe(403);
  expect(await statusOf("litellm", "other.example.org")).toBe(403);
  expect(await logged({ workload: "ollama", host: "api.example.org" })).toMatchObject({
    verdict: "TCP_DENIED",
    status: "403",
  });
  expect(await logged({ workload: "litellm", host: "other.example.org" })).toMatchObject({ verdict: "TCP_DENIED" });
});

test("a declared host is refused at another port, by its address, and without a tunnel", async () => {
  expect(await statusOf("litellm", "api.example.org", 22)).toBe(403);
  expect(await statusOf("litellm", "127.0.0.1")).toBe(403);
  const plain = await fetchThrough(proxies.ports.litellm, `http://api.example.org:${proxies.tlsPort}/?key=1`);
  expect(plain).toBe(403);
  expect(await readFile(path.join(proxies.folder, "squid.log"), "utf8")).not.toContain("key=");
});

test.each([
  ["to a pod", "near", "inside", "10.42.0.7"],
  ["to the cloud's metadata", "hidden", "inside", "169.254.169.254"],
  ["to a pod, as an address of IPv6", "mapped", "inside", "::ffff:10.42.0.7"],
  ["nowhere", "gone", "unresolved", "-"],
])("a declared name that leads %s is refused", async (_, name, verdict, address) => {
  const host = `${name}.example.org`;
  expect(await read("litellm", host, host)).toBe("");
  expect(await logged({ host, verdict })).toMatchObject({ workload: "litellm", address, received: "0" });
});

test("the port for probes serves nobody, and probes leave no line", async () => {
  expect(await statusOf("probe", "api.example.org")).toBe(403);
  expect(await proxies.logs()).not.toContainEqual(expect.objectContaining({ host: "ready.example.org" }));
});

const fetchThrough = (proxyPort: number, url: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port: proxyPort, path: url }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on("error", reject);
    asked.end();
  });
