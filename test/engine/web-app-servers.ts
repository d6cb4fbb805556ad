import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { freePort } from "../../sandbox/control-plane/ports.ts";
import { debianProgram } from "../../sandbox/toolchain/debian.ts";
import { pythonEnvironment } from "../../sandbox/toolchain/python.ts";

export const APP = join(import.meta.dirname, "../../examples/web-app");

/** What the model proxy was asked. */
export interface Asked {
  readonly requestId: string | undefined;
  readonly key: string | undefined;
  readonly body: object;
}

export interface Worker {
  readonly child: ChildProcess;
  /** The JSON lines that it has logged. */
  readonly lines: readonly Record<string, string>[];
}

type Ports = Record<"queue" | "cache" | "proxy" | "http" | "metrics" | "workerMetrics", number>;

/** The reference application's API on two real Redis servers, and a stand-in for the model proxy; workers on demand. */
export class WebAppServers implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly password = randomBytes(16).toString("hex");
  readonly ports: Ports;
  readonly python: string;
  readonly #started: ChildProcess[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), "splitfleet-web-app-"));
  /** The proxy answers once this is fulfilled. */
  gate: Promise<void> = Promise.resolve();

  private constructor(python: string, ports: Ports) {
    this.python = python;
    this.ports = ports;
  }

  static async start(): Promise<WebAppServers> {
    const python = join(await pythonEnvironment("web-app", join(APP, "requirements.txt")), "bin", "python");
    const servers = new WebAppServers(python, {
      queue: await freePort(),
      cache: await freePort(),
      proxy: await freePort(),
      http: await freePort(),
      metrics: await freePort(),
      workerMetrics: await freePort(),
    });
    await servers.#start();
    return servers;
  }

  get url(): string {
    return `http://127.0.0.1:${this.ports.http}`;
  }

  async #start(): Promise<void> {
    const redis = await debianProgram("redis-server", "redis-server");
    for (const port of [this.ports.queue, this.ports.cache]) {
      const server = this.#spawn(redis, ["-"], {}, "pipe");
      server.stdin?.end(`bind 127.0.0.1\nport ${port}\nrequirepass ${this.password}\nsave ""\ndir ${this.#folder}\n`);
      server.stdout?.resume();
    }
    this.#proxy.listen(this.ports.proxy, "127.0.0.1");
    await once(this.#proxy, "listening");
    this.#spawn(this.python, ["-m", "web_app"], this.#environment(this.ports.metrics)).stdout?.resume();
    await vi.waitFor(async () => expect((await fetch(`${this.url}/readyz`)).status).toBe(200), { timeout: 20_000 });
  }

  readonly #proxy = createServer((request, response) => {
    void bodyOf(request).then(async (text) => {
      const { "x-request-id": requestId, authorization: key } = request.headers;
      this.asked.push({ requestId: requestId?.toString(), key, body: JSON.parse(text) });
      await this.gate;
      response.writeHead(200, { "content-type": "application/json" });
      const message = { role: "assistant", content: "forty-two" };
      response.end(JSON.stringify({ choices: [{ index: 0, message }], usage: { completion_tokens: 3 } }));
    });
  });

  #environment(metricsPort: number): NodeJS.ProcessEnv {
    const { queue, cache, proxy, http } = this.ports;
    return {
      PATH: process.env["PATH"],
      PYTHONDONTWRITEBYTECODE: "1",
      HOST: "127.0.0.1",
      QUEUE_HOST: "127.0.0.1",
      QUEUE_PORT: String(queue),
      QUEUE_PASSWORD: this.password,
      CACHE_HOST: "127.0.0.1",
      CACHE_PORT: String(cache),
      CACHE_PASSWORD: this.password,
      PROXY_URL: `http://127.0.0.1:${proxy}`,
      PROXY_KEY: "sk-of-the-app",
      MODEL: "small",
      HTTP_PORT: String(http),
      METRICS_PORT: String(metricsPort),
      MAX_PROMPT_CHARACTERS: "100",
      MAX_BODY_BYTES: "1000",
      MAX_TOKENS: "50",
      TOKENS_PER_DAY: "120",
      LOST_SECONDS: "2",
    };
  }

  #spawn(
    program: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
    stdin: "ignore" | "pipe" = "ignore",
  ): ChildProcess {
    const child = spawn(program, args, { cwd: APP, env, stdio: [stdin, "pipe", "inherit"] });
    this.#started.push(child);
    return child;
  }

  /** A worker that waits for questions. */
  async startWorker(): Promise<Worker> {
    const child = this.#spawn(this.python, ["-m", "web_app.worker"], this.#environment(this.ports.workerMetrics));
    const lines: Record<string, string>[] = [];
    child.stdout?.on("data", (chunk: Buffer) => {
      for (const line of chunk.toString().trim().split("\n")) lines.push(JSON.parse(line));
    });
    await vi.waitFor(() => expect(lines.map(({ message }) => message)).toContain("waiting for questions"), {
      timeout: 10_000,
    });
    return { child, lines };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#started.toReversed()) await stop(child, "SIGTERM");
    this.#proxy.closeAllConnections();
    this.#proxy.close();
    rmSync(this.#folder, { recursive: true });
  }
}

/** Ends a process that has not ended, and waits for it. */
export async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
