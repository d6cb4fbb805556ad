import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { configuration } from "../../components/workloads/egress-proxy/configuration.ts";
import { freePort } from "../../sandbox/control-plane/ports.ts";
import { debianProgram } from "../../sandbox/toolchain/debian.ts";

let squid: string;
let folder: string;
let proxy: ChildProcess;
let stub: Server;
/** Port of the host that everybody wants to reach. */
let stubPort: number;
const ports = { probe: 0, litellm: 0, ollama: 0 };

/**
 * The generated configuration as it is, but for the addresses that it listens on, where it logs, the names it knows, and
 * one address of this machine that counts as outside.
 */
async function start(): Promise<void> {
  const text = configuration(
    [
      { workload: "litellm", port: ports.litellm, egress: [{ host: "api.example.org", port: stubPort }, NEAR, HIDDEN] },
      { workload: "ollama", port: ports.ollama, egress: [{ host: "registry.example.org", port: stubPort }] },
    ],
    { probePort: ports.probe, shutdownSeconds: 1 },
  )
    .replaceAll(/^http_port (\d+)/gm, "http_port 127.0.0.1:$1")
    .replace(/^acl inside dst .*$/m, "$&\nacl outside dst 127.0.0.1")
    .replaceAll(/^(http_access allow .*) !inside$/gm, "$1 outside\n$1 !inside")
    .replace("stdio:/dev/stdout", `stdio:${path.join(folder, "access.log")}`)
    .replace("/dev/stderr", path.join(folder, "cache.log"));
  await writeFile(path.join(folder, "hosts"), HOSTS);
  await writeFile(
    path.join(folder, "squid.conf"),
    `${text}hosts_file ${path.join(folder, "hosts")}\ndns_nameservers 127.0.0.1\n`,
  );
  proxy = spawn(squid, ["-N", "-f", path.join(folder, "squid.conf")], { stdio: "ignore" });
  await vi.waitFor(async () => expect(await connect(ports.probe, "ready.example.org", 443)).toBe(403), {
    timeout: 10_000,
  });
}

const NEAR = { host: "near.example.org", port: 443 };
const HIDDEN = { host: "hidden.example.org", port: 443 };
const HOSTS = `127.0.0.1 api.example.org
127.0.0.1 registry.example.org
127.0.0.1 other.example.org
10.42.0.7 near.example.org
169.254.169.254 hidden.example.org
`;

beforeAll(async () => {
  squid = await debianProgram("squid", "squid");
  folder = await mkdtemp(path.join(tmpdir(), "splitfleet-egress-"));
  // Started by root, Squid goes on as a user of its own.
  await chmod(folder, 0o777);
  for (const name of ["probe", "litellm", "ollama"] as const) ports[name] = await freePort();
  stub = createServer((socket) => socket.end("hello")).listen(0, "127.0.0.1");
  await once(stub, "listening");
  stubPort = (stub.address() as AddressInfo).port;
  await start();
}, 20_000);
afterAll(async () => {
  const ended = once(proxy, "exit");
  proxy.kill("SIGTERM");
  await ended;
  stub.close();
  await rm(folder, { recursive: true });
});

/** What the proxy at a port answers to who asks for a host: 200 for a connection. */
const connect = (proxyPort: number, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port: proxyPort, method: "CONNECT", path: `${host}:${port}` });
    asked.on("connect", ({ statusCode = 0 }, socket) => {
      socket.destroy();
      resolve(statusCode);
    });
    asked.on("error", reject);
    asked.end();
  });

/** What the log says of a host, once it does. */
const logged = (workload: string, host: string): Promise<object> =>
  vi.waitFor(async () => {
    const text = await readFile(path.join(folder, "access.log"), "utf8");
    const lines = text.trim().split("\n");
    const found = lines
      .map((line): Record<string, string> => JSON.parse(line) as Record<string, string>)
      .find((line) => line["workload"] === workload && line["host"] === host);
    expect(found).toBeDefined();
    return found ?? {};
  });

test("Squid takes the generated configuration as it is", async () => {
  const file = path.join(folder, "as-generated.conf");
  const clients = [{ workload: "litellm", port: 20_001, egress: [NEAR] }];
  await writeFile(file, configuration(clients, { probePort: 3128, shutdownSeconds: 60 }));
  const { stderr } = await execa(squid, ["-k", "parse", "-f", file]);
  expect(stderr.split("\n").filter((line) => /error|warning|fatal|bungled/i.test(line))).toEqual([]);
});

test("a declared host is reached, and the log says by whom", async () => {
  expect(await connect(ports.litellm, "api.example.org", stubPort)).toBe(200);
  expect(await logged("litellm", "api.example.org")).toMatchObject({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    verdict: "TCP_TUNNEL",
    status: "200",
    method: "CONNECT",
    port: String(stubPort),
    address: "127.0.0.1",
  });
});

test("a host that another workload declared is refused, and so is one that nobody did", async () => {
  expect(await connect(ports.ollama, "api.example.org", stubPort)).toBe(403);
  expect(await connect(ports.litellm, "other.example.org", stubPort)).toBe(403);
  expect(await logged("ollama", "api.example.org")).toMatchObject({ verdict: "TCP_DENIED", status: "403" });
  expect(await logged("litellm", "other.example.org")).toMatchObject({ verdict: "TCP_DENIED", status: "403" });
});

test("a declared host is refused at another port, by its address, and without a tunnel", async () => {
  expect(await connect(ports.litellm, "api.example.org", 22)).toBe(403);
  expect(await connect(ports.litellm, "127.0.0.1", stubPort)).toBe(403);
  const plain = await fetchThrough(ports.litellm, `http://api.example.org:${stubPort}/?key=1`);
  expect(plain).toBe(403);
  expect(await readFile(path.join(folder, "access.log"), "utf8")).not.toContain("key=");
});

test("a declared name that leads inside is refused: to a pod, and to the cloud's metadata", async () => {
  expect(await connect(ports.litellm, NEAR.host, 443)).toBe(403);
  expect(await connect(ports.litellm, HIDDEN.host, 443)).toBe(403);
  expect(await logged("litellm", HIDDEN.host)).toMatchObject({ verdict: "TCP_DENIED" });
});

test("the port for probes serves nobody and leaves no line", async () => {
  expect(await connect(ports.probe, "api.example.org", stubPort)).toBe(403);
  await connect(ports.ollama, "registry.example.org", stubPort);
  await logged("ollama", "registry.example.org");
  expect(await readFile(path.join(folder, "access.log"), "utf8")).not.toContain("ready.example.org");
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
