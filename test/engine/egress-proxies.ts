import { type ChildProcess, spawn } from "node:child_process";
import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { once } from "node:events";
import { chmod, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { expect, vi } from "vitest";
import { configuration, hostsFile } from "../../components/workloads/egress-proxy/configuration.ts";
import type { Client } from "../../components/workloads/egress-proxy/routes.ts";
import { serverNames } from "../../components/workloads/egress-proxy/server-names.ts";
import { freePort } from "../../sandbox/control-plane/ports.ts";
import { debianProgram } from "../../sandbox/toolchain/debian.ts";

/** TLS by a shared key: nobody needs a certificate, and who has not the key can read nothing. */
export const SHARED_KEY = { ciphers: "PSK", maxVersion: "TLSv1.2" } as const;
export const KEY = Buffer.from("0123456789abcdef0123456789abcdef", "hex");

/** What HAProxy is told of each name. */
const ADDRESSES: Readonly<Record<string, readonly number[]>> = {
  "api.example.org": [127, 0, 0, 1],
  "registry.example.org": [127, 0, 0, 1],
  "mail.example.org": [127, 0, 0, 1],
  "near.example.org": [10, 42, 0, 7],
  "hidden.example.org": [169, 254, 169, 254],
  "mapped.example.org": [...Buffer.alloc(10), 255, 255, 10, 42, 0, 7],
};

export interface Proxies {
  readonly folder: string;
  readonly ports: Readonly<Record<"probe" | "litellm" | "ollama", number>>;
  /** Of the server that greets in TLS with `hello`. */
  readonly tlsPort: number;
  /** Of the server that greets with `hello` in plain. */
  readonly plainPort: number;
  /** What Squid and HAProxy have logged. */
  logs(): Promise<readonly Readonly<Record<string, string>>[]>;
  stop(): Promise<void>;
}

/**
 * Both proxies with their generated configuration as it is, but for the addresses of their own ports, where Squid logs,
 * how long HAProxy waits for a greeting and whom it asks for names, and one address of this machine that counts as
 * outside.
 */
export async function startProxies(): Promise<Proxies> {
  const folder = await mkdtemp(path.join(tmpdir(), "splitfleet-egress-"));
  // Started by root, Squid goes on as a user of its own.
  await chmod(folder, 0o777);
  const [probe, litellm, ollama, ready] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const tls = createTlsServer({ ...SHARED_KEY, pskCallback: () => KEY }, (socket) => socket.end("hello"));
  // Clients that are cut off.
  tls.on("tlsClientError", () => undefined);
  const plain = createServer((socket) => socket.end("hello"));
  const names = await nameServer();
  const [tlsPort, plainPort] = [await listening(tls), await listening(plain)];
  const own = { folder, ports: { probe, litellm, ollama }, tlsPort, plainPort };
  const clients = clientsOf(own);

  const hostsPath = path.join(folder, "hosts");
  await writeFile(hostsPath, hostsFile(clients));
  const squidFile = path.join(folder, "squid.conf");
  await writeFile(
    squidFile,
    configuration(clients, { probePort: probe, hostsPath, shutdownSeconds: 1 })
      .replaceAll(/^http_port (\d+)/gm, "http_port 127.0.0.1:$1")
      .replace("stdio:/dev/stdout", `stdio:${path.join(folder, "squid.log")}`)
      .replace("/dev/stderr", path.join(folder, "cache.log")),
  );
  const haproxyFile = path.join(folder, "haproxy.cfg");
  await writeFile(
    haproxyFile,
    serverNames(clients, { probePort: ready, shutdownSeconds: 1 })
      .replace("  bind :", "  bind 127.0.0.1:")
      .replaceAll("inspect-delay 10s", "inspect-delay 1s")
      .replace("  parse-resolv-conf", `  nameserver stub 127.0.0.1:${names.address().port}`)
      .replaceAll(/ reject unless !\{ var\(txn\.address\) .*$/gm, "$& || { var(txn.address) -m ip 127.0.0.1 }"),
  );

  const log = await open(path.join(folder, "haproxy.log"), "w");
  const squid = spawn(await debianProgram("squid", "squid"), ["-N", "-f", squidFile], { stdio: "ignore" });
  const haproxy = spawn(await debianProgram("haproxy", "haproxy"), ["-db", "-f", haproxyFile], {
    stdio: ["ignore", log.fd, "ignore"],
  });
  await log.close();
  await vi.waitFor(
    async () => {
      expect((await tunnel(probe, "ready.example.org", 443)).status).toBe(403);
      expect((await fetch(`http://127.0.0.1:${ready}/ready`)).status).toBe(200);
    },
    { timeout: 10_000 },
  );
  return {
    ...own,
    logs: () => logsIn(folder),
    async stop() {
      await Promise.all([ended(squid, "SIGTERM"), ended(haproxy, "SIGUSR1")]);
      for (const server of [tls, plain, names]) server.close();
      await rm(folder, { recursive: true });
    },
  };
}

const clientsOf = ({ ports, tlsPort, plainPort }: Pick<Proxies, "ports" | "tlsPort" | "plainPort">): Client[] => [
  {
    workload: "litellm",
    port: ports.litellm,
    egress: [
      ...["api", "near", "hidden", "mapped", "gone"].map((name) => ({ host: `${name}.example.org`, port: tlsPort })),
      { host: "mail.example.org", port: plainPort, withoutTls: "the server greets first" },
      // A server that does not speak TLS, of which nothing is said.
      { host: "api.example.org", port: plainPort },
    ],
  },
  { workload: "ollama", port: ports.ollama, egress: [{ host: "registry.example.org", port: tlsPort }] },
];

/** Answers for {@link ADDRESSES}, in IPv4 or IPv6, and knows no other name. */
async function nameServer(): Promise<DatagramSocket> {
  const server = createSocket("udp4", (query, from) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString("latin1", at + 1, at + 1 + length));
      at += length + 1;
    }
    const address = ADDRESSES[labels.join(".")];
    const type = query.readUInt16BE(at + 1);
    const found = address !== undefined && type === (address.length === 4 ? TYPE_A : TYPE_AAAA);
    const answer = found ? [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 10, 0, address.length, ...address] : [];
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(address === undefined ? NO_SUCH_NAME : ANSWERED, 2);
    header.writeUInt16BE(found ? 1 : 0, 6);
    header.writeUInt32BE(0, 8);
    server.send(Buffer.concat([header, query.subarray(12, at + 5), Buffer.from(answer)]), from.port, from.address);
  });
  server.bind(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

const [TYPE_A, TYPE_AAAA] = [1, 28];
const [ANSWERED, NO_SUCH_NAME] = [0x8180, 0x8183];

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exit = once(child, "exit");
  child.kill(signal);
  await exit;
}

async function logsIn(folder: string): Promise<Readonly<Record<string, string>>[]> {
  const texts = await Promise.all(
    ["squid.log", "haproxy.log"].map((name) => readFile(path.join(folder, name), "utf8")),
  );
  return texts
    .flatMap((text) => text.split("\n"))
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, string>);
}

/** What the proxy at a port answers to who asks for a host: 200 for a connection, which is then open. */
export const tunnel = (proxyPort: number, host: string, port: number): Promise<{ status: number; socket: Socket }> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port: proxyPort, method: "CONNECT", path: `${host}:${port}` });
    asked.on("connect", ({ statusCode = 0 }, socket: Socket, head) => {
      if (head.length > 0) socket.unshift(head);
      resolve({ status: statusCode, socket });
    });
    asked.on("error", reject);
    asked.end();
  });
