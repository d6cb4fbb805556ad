import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, get, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Handle, ServedModel } from "../../components/workloads/contract.ts";
import { buildExample, exampleConsumer } from "../../components/workloads/example.ts";
import { litellm } from "../../components/workloads/litellm.ts";
import { freePort } from "../../sandbox/control-plane/ports.ts";
import { debianProgram } from "../../sandbox/toolchain/debian.ts";
import { pythonProgram } from "../../sandbox/toolchain/python.ts";

/** A model server's answers, in the form of its engine. */
class ModelServer {
  readonly asked: string[] = [];
  fails = false;
  port = 0;
  readonly #server: Server;

  constructor(name: string) {
    this.#server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        if (body === "") {
          response.writeHead(404).end();
          return;
        }
        this.asked.push(`${request.url} ${JSON.parse(body).model}`);
        response.writeHead(this.fails ? 503 : 200, { "content-type": "application/json" });
        response.end(JSON.stringify(this.fails ? { error: { message: "overloaded" } } : answer(request.url, name)));
      });
    });
  }

  async start(): Promise<void> {
    this.port = await freePort();
    this.#server.listen(this.port, "127.0.0.1");
    await once(this.#server, "listening");
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function answer(path: string | undefined, name: string): object {
  const message = { role: "assistant", content: `I am ${name}` };
  if (path === "/api/chat") {
    return { model: name, message, done: true, done_reason: "stop", prompt_eval_count: 5, eval_count: 3 };
  }
  const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };
  if (path === "/v1/embeddings") {
    return { object: "list", model: name, data: [{ object: "embedding", index: 0, embedding: [0.5, 0.25] }], usage };
  }
  const choices = [{ index: 0, message, finish_reason: "stop" }];
  return { id: "1", object: "chat.completion", created: 1, model: name, choices, usage };
}

const servers = {
  small: new ModelServer("small"),
  large: new ModelServer("large"),
  frontier: new ModelServer("frontier"),
  embeddings: new ModelServer("embeddings"),
};
const root = mkdtempSync(join(tmpdir(), "splitfleet-litellm-"));
const processes: ChildProcess[] = [];
let url = "";
let metricsUrl = "";
let log = "";

/** Values of the secrets, by variable of the environment. */
const keys: Record<string, string> = {};

const handle = (workload: string, port: number, credentials?: string): Handle => ({
  workload,
  team: "example",
  namespace: "team-example",
  port,
  protocol: "TCP",
  host: "127.0.0.1",
  url: `http://127.0.0.1:${port}`,
  ...(credentials === undefined ? {} : { credentials }),
});

const model = (name: keyof typeof servers, more: Partial<ServedModel>): ServedModel => ({
  name,
  engine: "vllm",
  reference: `hub/${name}`,
  tier: "small",
  dataClass: "internal",
  contextTokens: 4096,
  weightsGiB: 2,
  contextKiBPerToken: 100,
  fallbacks: [],
  server: handle(`server-of-${name}`, servers[name].port, "api-key"),
  ...more,
});

beforeAll(async () => {
  for (const server of Object.values(servers)) await server.start();
  const cache = await startRedis();
  const consumers = ["web-app", "clinic", "busy"].map((workload) => exampleConsumer(litellm, workload, "api"));
  const fleet = [
    { name: "web-app", dataClass: "internal" },
    { name: "busy", dataClass: "internal" },
    { name: "clinic", dataClass: "personal" },
  ].map((member) => ({
    ...member,
    kind: "app",
    team: "example",
    pool: "example",
    runtime: "kubernetes" as const,
    indicators: [],
    handles: {},
    metrics: undefined,
    alerts: [],
    panels: [],
    egress: [],
    published: [],
  }));
  const { container, files = {} } = buildExample(
    litellm,
    { requestsPerMinute: 10 },
    {
      consumers,
      fleet,
      needs: { cache, traces: undefined },
      models: {
        small: model("small", {
          engine: "ollama",
          server: handle("ollama", servers.small.port),
          fallbacks: ["large", "frontier"],
        }),
        large: model("large", { tier: "large", dataClass: "personal" }),
        frontier: model("frontier", {
          engine: "endpoint",
          tier: "frontier",
          endpoint: `http://127.0.0.1:${servers.frontier.port}`,
          server: undefined,
        }),
        embeddings: model("embeddings", { engine: "tei" }),
      },
    },
  );
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const environment = Object.fromEntries(
    Object.entries(container.env ?? {}).map(([variable, value]) => {
      if (typeof value === "string") return [variable, value];
      keys[variable] ??= variable === "CACHE_PASSWORD" ? PASSWORD : `sk-${randomBytes(24).toString("hex")}`;
      return [variable, keys[variable]];
    }),
  );
  const [api, metrics] = [await freePort(), await freePort()];
  url = `http://127.0.0.1:${api}`;
  metricsUrl = `http://127.0.0.1:${metrics}/metrics`;
  const here: Record<string, string> = { "0.0.0.0": "127.0.0.1", "4000": String(api), "4001": String(metrics) };
  const args = (container.args ?? []).map((arg) => here[arg] ?? (arg.startsWith("/etc/") ? join(root, arg) : arg));
  const program = await pythonProgram("litellm");
  const started = spawn(program, args, {
    env: { PATH: process.env["PATH"], ...environment, TMPDIR: root, HOME: root },
    stdio: ["ignore", "pipe", "pipe"],
  });
  processes.push(started);
  for (const stream of [started.stdout, started.stderr])
    stream.on("data", (chunk: Buffer) => (log += chunk.toString()));
  await vi.waitFor(
    async () => {
      if (started.exitCode !== null) throw new Error(`LiteLLM ended:\n${log}`);
      expect((await fetch(`${url}/health/readiness`)).status).toBe(200);
    },
    { timeout: 120_000, interval: 500 },
  );
}, 400_000);

afterAll(async () => {
  for (const server of Object.values(servers)) server.stop();
  for (const running of processes.filter(({ exitCode }) => exitCode === null)) {
    const ended = once(running, "exit");
    running.kill("SIGTERM");
    await ended;
  }
  rmSync(root, { recursive: true });
});

const PASSWORD = randomBytes(24).toString("hex");

/** A Redis with a password, where the definition expects its cache. */
async function startRedis(): Promise<Handle> {
  const port = await freePort();
  const redis = spawn(await debianProgram("redis-server", "redis-server"), ["-"], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  redis.stdin.end(`bind 127.0.0.1\nport ${port}\nsave ""\ndir ${root}\nrequirepass ${PASSWORD}\n`);
  processes.push(redis);
  return handle("valkey-cache", port, "login");
}

/** In everything that is asked. */
const PROMPT = "my diagnosis is";

interface Answer {
  readonly status: number;
  readonly text: string;
  /** Name of the model that answered, and of the fallbacks tried before it. */
  readonly by: string | null;
  readonly fallbacks: string | null;
  readonly fromCache: boolean;
}

async function ask(caller: string, asked: string, prompt: string): Promise<Answer> {
  const path = asked === "embeddings" ? "/v1/embeddings" : "/v1/chat/completions";
  const content = `${PROMPT} ${prompt}`;
  const question = asked === "embeddings" ? { input: content } : { messages: [{ role: "user", content }] };
  const response = await fetch(`${url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${keys[caller] ?? caller}` },
    body: JSON.stringify({ model: asked, ...question }),
  });
  const { headers } = response;
  return {
    status: response.status,
    text: await response.text(),
    by: headers.get("x-litellm-model-id"),
    fallbacks: headers.get("x-litellm-attempted-fallbacks"),
    fromCache: headers.get("x-litellm-cache-key") !== null,
  };
}

/** Answer to the master key from a source address. */
async function adminStatus(localAddress: string): Promise<number | undefined> {
  const headers = { authorization: `Bearer ${keys["LITELLM_MASTER_KEY"]}` };
  const [response] = await once(get(`${url}/v1/models`, { headers, localAddress }), "response");
  response.resume();
  return response.statusCode;
}

describe("the real LiteLLM with the definition's configuration", () => {
  test("asks each engine in its own language", async () => {
    expect(await ask("CLIENT_WEB_APP", "small", "one")).toMatchObject({ status: 200, by: "small", fallbacks: "0" });
    expect(await ask("CLIENT_WEB_APP", "large", "one")).toMatchObject({ status: 200, by: "large" });
    expect(await ask("CLIENT_WEB_APP", "frontier", "one")).toMatchObject({ status: 200, by: "frontier" });
    expect(await ask("CLIENT_WEB_APP", "embeddings", "one")).toMatchObject({ status: 200, by: "embeddings" });
    expect(Object.values(servers).map(({ asked }) => asked)).toEqual([
      ["/api/chat hub/small"],
      ["/v1/chat/completions large"],
      ["/v1/chat/completions hub/frontier"],
      ["/v1/embeddings hub/embeddings"],
    ]);
  });

  test("gives the same request the same answer, without asking again", async () => {
    const before = servers.frontier.asked.length;
    const first = await ask("CLIENT_WEB_APP", "frontier", "four");
    const second = await ask("CLIENT_WEB_APP", "frontier", "four");
    expect(servers.frontier.asked.length).toBe(before + 1);
    expect([first.fromCache, second.fromCache]).toEqual([false, true]);
  });

  test("lets a workload ask only those models that may see its data", async () => {
    expect(await ask("CLIENT_CLINIC", "large", "five")).toMatchObject({ status: 200, by: "large" });
    const refused = await ask("CLIENT_CLINIC", "frontier", "five");
    expect([401, 403]).toContain(refused.status);
  });

  test("refuses unknown keys, and the master key from elsewhere than its own pod", async () => {
    expect((await ask("sk-unknown", "small", "six")).status).toBe(401);
    expect(await adminStatus("127.0.0.1")).toBe(200);
    expect(await adminStatus("127.0.0.2")).toBe(403);
  });

  test("stops a workload that asks more often than it may", async () => {
    const answers: number[] = [];
    for (let request = 0; request < 12; request++)
      answers.push((await ask("CLIENT_BUSY", "large", `b${request}`)).status);
    expect(answers).toEqual([...Array.from({ length: 10 }, () => 200), 429, 429]);
  });

  test("falls back in the catalogue's order, and says who answered", async () => {
    servers.small.fails = true;
    expect(await ask("CLIENT_WEB_APP", "small", "two")).toMatchObject({ status: 200, by: "large", fallbacks: "1" });
    servers.large.fails = true;
    expect(await ask("CLIENT_WEB_APP", "small", "three")).toMatchObject({
      status: 200,
      by: "frontier",
      fallbacks: "1",
    });
  });

  test("counts under the names that alerts and panels use", async () => {
    const names = new Set(
      (await (await fetch(metricsUrl)).text())
        .split("\n")
        .filter((line) => !line.startsWith("#"))
        .map((line) => /^[a-zA-Z_:][\w:]*/.exec(line)?.[0]),
    );
    expect(litellm.metrics?.names.filter((name) => !names.has(name))).toEqual([
      "litellm_deployment_failed_fallbacks_total",
    ]);
  });

  test("counts each answer under the name of the model that gave it", async () => {
    const text = await (await fetch(metricsUrl)).text();
    const answered = text.matchAll(/^litellm_deployment_success_responses_total\{.*model_id="([^"]+)"/gm);
    expect([...new Set([...answered].map(([, model]) => model))].sort()).toEqual([
      "embeddings",
      "frontier",
      "large",
      "small",
    ]);
  });

  test("wrote no prompt and no key into its log", () => {
    expect([PROMPT, ...Object.values(keys)].filter((text) => log.includes(text))).toEqual([]);
  });
});
