import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { webApp } from "../../components/workloads/web-app.ts";
import { webAppWorker } from "../../components/workloads/web-app-worker.ts";
import { freePort } from "../../sandbox/control-plane/ports.ts";
import { debianProgram } from "../../sandbox/toolchain/debian.ts";
import { pythonEnvironment } from "../../sandbox/toolchain/python.ts";

const APP = join(import.meta.dirname, "../../examples/web-app");
const PASSWORD = randomBytes(16).toString("hex");

const root = mkdtempSync(join(tmpdir(), "splitfleet-web-app-"));
const started: ChildProcess[] = [];
const ports = { queue: 0, cache: 0, proxy: 0, http: 0, metrics: 0, workerMetrics: 0 };
let python = "";
let url = "";

/** What the model proxy was asked; it answers once it is let. */
const asked: { readonly requestId: string | undefined; readonly key: string | undefined; readonly body: object }[] = [];
let gate: Promise<void> = Promise.resolve();

const proxy = createServer((request, response) => {
  void bodyOf(request).then(async (text) => {
    const { "x-request-id": requestId, authorization: key } = request.headers;
    asked.push({ requestId: requestId?.toString(), key, body: JSON.parse(text) });
    await gate;
    response.writeHead(200, { "content-type": "application/json" });
    const message = { role: "assistant", content: "forty-two" };
    response.end(JSON.stringify({ choices: [{ index: 0, message }], usage: { completion_tokens: 3 } }));
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

function start(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  stdin: "ignore" | "pipe" = "ignore",
): ChildProcess {
  const child = spawn(program, args, { cwd: APP, env, stdio: [stdin, "pipe", "inherit"] });
  started.push(child);
  return child;
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

const environment = (metricsPort: number): NodeJS.ProcessEnv => ({
  PATH: process.env["PATH"],
  PYTHONDONTWRITEBYTECODE: "1",
  HOST: "127.0.0.1",
  QUEUE_HOST: "127.0.0.1",
  QUEUE_PORT: String(ports.queue),
  QUEUE_PASSWORD: PASSWORD,
  CACHE_HOST: "127.0.0.1",
  CACHE_PORT: String(ports.cache),
  CACHE_PASSWORD: PASSWORD,
  PROXY_URL: `http://127.0.0.1:${ports.proxy}`,
  PROXY_KEY: "sk-of-the-app",
  MODEL: "small",
  HTTP_PORT: String(ports.http),
  METRICS_PORT: String(metricsPort),
  MAX_PROMPT_CHARACTERS: "100",
  MAX_BODY_BYTES: "1000",
  MAX_TOKENS: "50",
  TOKENS_PER_DAY: "120",
  LOST_SECONDS: "2",
});

/** A worker, and the JSON lines that it has logged. */
async function startWorker(): Promise<{ child: ChildProcess; lines: Record<string, string>[] }> {
  const child = start(python, ["-m", "web_app.worker"], environment(ports.workerMetrics));
  const lines: Record<string, string>[] = [];
  child.stdout?.on("data", (chunk: Buffer) => {
    for (const line of chunk.toString().trim().split("\n")) lines.push(JSON.parse(line));
  });
  await vi.waitFor(() => expect(lines.map(({ message }) => message)).toContain("waiting for questions"), {
    timeout: 10_000,
  });
  return { child, lines };
}

beforeAll(async () => {
  for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort();
  url = `http://127.0.0.1:${ports.http}`;
  const redis = await debianProgram("redis-server", "redis-server");
  for (const port of [ports.queue, ports.cache]) {
    const server = start(redis, ["-"], {}, "pipe");
    server.stdin?.end(`bind 127.0.0.1\nport ${port}\nrequirepass ${PASSWORD}\nsave ""\ndir ${root}\n`);
    server.stdout?.resume();
  }
  proxy.listen(ports.proxy, "127.0.0.1");
  await once(proxy, "listening");
  python = join(await pythonEnvironment("web-app", join(APP, "requirements.txt")), "bin", "python");
  start(python, ["-m", "web_app"], environment(ports.metrics)).stdout?.resume();
  await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), { timeout: 20_000 });
}, 200_000);

afterAll(async () => {
  for (const child of started.toReversed()) await stop(child, "SIGTERM");
  proxy.closeAllConnections();
  proxy.close();
  rmSync(root, { recursive: true });
});

const ask = (body: object, user: string, requestId?: string): Promise<Response> =>
  fetch(`${url}/v1/answers`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-user-id": user,
      ...(requestId === undefined ? {} : { "x-request-id": requestId }),
    },
    body: JSON.stringify(body),
  });

/** What the application says of an answer. */
const view = z.object({ id: z.string(), status: z.string(), text: z.string().nullable() });

const read = async (id: string, user: string): Promise<unknown> =>
  (await fetch(`${url}/v1/answers/${id}`, { headers: { "x-user-id": user } })).json();

const metricsOf = async (port: number): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();

/** What the queue holds, as its items. */
async function items(): Promise<{ kwargs: object }[]> {
  const args = ["-p", String(ports.queue), "hvals", "dramatiq:answers.msgs"];
  const cli = await debianProgram("redis-cli", "redis-tools");
  const { stdout } = await execa(cli, args, { env: { REDISCLI_AUTH: PASSWORD } });
  return stdout === "" ? [] : stdout.split("\n").map((line) => JSON.parse(line));
}

test("one request id goes from the caller through queue, worker and proxy, and back", async () => {
  const taken = await ask({ prompt: "six times seven?", max_tokens: 20 }, "ann", "req-1");
  expect([taken.status, taken.headers.get("x-request-id"), taken.headers.get("x-cache")]).toEqual([
    202,
    "req-1",
    "miss",
  ]);
  expect(taken.headers.get("x-tokens-left")).toBe("100");
  const { id, status } = view.parse(await taken.json());
  expect(status).toBe("waiting");
  expect((await items()).map(({ kwargs }) => kwargs)).toMatchObject([{ answer_id: id, request_id: "req-1" }]);

  const { child, lines } = await startWorker();
  await vi.waitFor(
    async () => expect(await read(id, "ann")).toEqual({ id, status: "done", text: "forty-two" }),
    10_000,
  );
  expect(asked.splice(0)).toEqual([
    {
      requestId: "req-1",
      key: "Bearer sk-of-the-app",
      body: {
        model: "small",
        max_tokens: 20,
        messages: [{ role: "user", content: "six times seven?" }],
        user: "ann",
      },
    },
  ]);
  await vi.waitFor(() =>
    expect(lines.filter(({ request_id }) => request_id === "req-1")).toMatchObject([
      { level: "info", message: `answered ${id}` },
    ]),
  );
  expect(await read(id, "bob")).toEqual({ detail: "there is no such answer" });

  const again = await ask({ prompt: "six times seven?", max_tokens: 20 }, "bob");
  expect([again.status, again.headers.get("x-cache")]).toEqual([200, "hit"]);
  expect(again.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(await again.json()).toMatchObject({ status: "done", text: "forty-two" });
  expect(asked).toEqual([]);
  await stop(child, "SIGTERM");
  expect(child.exitCode).toBe(0);
});

test("refuses what is too large, what names nobody, and a user who has spent the day's tokens", async () => {
  expect((await ask({ prompt: "x".repeat(101) }, "carl")).status).toBe(413);
  expect((await ask({ prompt: "x".repeat(1001) }, "carl")).status).toBe(413);
  expect((await ask({ prompt: "x", max_tokens: 51 }, "carl")).status).toBe(422);
  expect((await fetch(`${url}/v1/answers/1`)).status).toBe(401);
  const odd = await ask({ prompt: "" }, "carl", "a b");
  expect([odd.status, odd.headers.get("x-request-id")]).toEqual([422, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  expect((await ask({ prompt: "one" }, "dora")).status).toBe(202);
  expect((await ask({ prompt: "two" }, "dora")).status).toBe(202);
  const third = await ask({ prompt: "three" }, "dora");
  expect([third.status, third.headers.get("x-tokens-left")]).toEqual([429, "0"]);
});

test("an item is not lost with its worker", async () => {
  let release = (): void => undefined;
  gate = new Promise((resolve) => (release = resolve));
  const { id } = view.parse(await (await ask({ prompt: "slow?", max_tokens: 10 }, "eve", "req-2")).json());
  const first = await startWorker();
  await vi.waitFor(() => expect(asked.map(({ requestId }) => requestId)).toContain("req-2"), 10_000);
  await stop(first.child, "SIGKILL");
  release();
  gate = Promise.resolve();
  asked.length = 0;
  const second = await startWorker();
  await vi.waitFor(
    async () => expect(await read(id, "eve")).toEqual({ id, status: "done", text: "forty-two" }),
    15_000,
  );
  expect(asked.map(({ requestId }) => requestId)).toContain("req-2");
  const metrics = await metricsOf(ports.workerMetrics);
  expect(webAppWorker.metrics?.names.filter((name) => !metrics.includes(`\n${name}`))).toEqual([]);
  await stop(second.child, "SIGTERM");
});

test("exposes the metrics that the kind names, and the contract that is committed", async () => {
  const metrics = await metricsOf(ports.metrics);
  expect(webApp.metrics?.names.filter((name) => !metrics.includes(`\n${name}`))).toEqual([]);
  expect(metrics).toContain('web_app_requests_total{method="POST",route="/v1/answers",status="429"} 1.0');
  expect(metrics).toMatch(/^web_app_queue_length \d/m);
  const { stdout } = await execa(python, ["-m", "web_app", "openapi"], { cwd: APP });
  expect(`${stdout}\n`).toBe(readFileSync(join(APP, "openapi.json"), "utf8"));
});
