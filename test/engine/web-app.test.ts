import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { webApp } from "../../components/workloads/web-app.ts";
import { webAppWorker } from "../../components/workloads/web-app-worker.ts";
import { debianProgram } from "../../sandbox/toolchain/debian.ts";
import { APP, stop, WebAppServers } from "./web-app-servers.ts";

let servers: WebAppServers;
beforeAll(async () => {
  servers = await WebAppServers.start();
}, 200_000);
afterAll(() => servers[Symbol.asyncDispose]());

const ask = (body: object, user: string, requestId?: string): Promise<Response> =>
  fetch(`${servers.url}/v1/answers`, {
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
  (await fetch(`${servers.url}/v1/answers/${id}`, { headers: { "x-user-id": user } })).json();

const metricsOf = async (port: number): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();

/** What the queue holds, as its items. */
async function items(): Promise<{ kwargs: object }[]> {
  const args = ["-p", String(servers.ports.queue), "hvals", "dramatiq:answers.msgs"];
  const cli = await debianProgram("redis-cli", "redis-tools");
  const { stdout } = await execa(cli, args, { env: { REDISCLI_AUTH: servers.password } });
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

  const { child, lines } = await servers.startWorker();
  await vi.waitFor(
    async () => expect(await read(id, "ann")).toEqual({ id, status: "done", text: "forty-two" }),
    10_000,
  );
  expect(servers.asked.splice(0)).toEqual([
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
  expect(servers.asked).toEqual([]);
  await stop(child, "SIGTERM");
  expect(child.exitCode).toBe(0);
});

test("refuses what is too large, what names nobody, and a user who has spent the day's tokens", async () => {
  expect((await ask({ prompt: "x".repeat(101) }, "carl")).status).toBe(413);
  expect((await ask({ prompt: "x".repeat(1001) }, "carl")).status).toBe(413);
  expect((await ask({ prompt: "x", max_tokens: 51 }, "carl")).status).toBe(422);
  expect((await fetch(`${servers.url}/v1/answers/1`)).status).toBe(401);
  const odd = await ask({ prompt: "" }, "carl", "a b");
  expect([odd.status, odd.headers.get("x-request-id")]).toEqual([422, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  expect((await ask({ prompt: "one" }, "dora")).status).toBe(202);
  expect((await ask({ prompt: "two" }, "dora")).status).toBe(202);
  const third = await ask({ prompt: "three" }, "dora");
  expect([third.status, third.headers.get("x-tokens-left")]).toEqual([429, "0"]);
});

test("an item is not lost with its worker", async () => {
  let release = (): void => undefined;
  servers.gate = new Promise((resolve) => (release = resolve));
  const { id } = view.parse(await (await ask({ prompt: "slow?", max_tokens: 10 }, "eve", "req-2")).json());
  const first = await servers.startWorker();
  await vi.waitFor(() => expect(servers.asked.map(({ requestId }) => requestId)).toContain("req-2"), 10_000);
  await stop(first.child, "SIGKILL");
  release();
  servers.gate = Promise.resolve();
  servers.asked.length = 0;
  const second = await servers.startWorker();
  await vi.waitFor(
    async () => expect(await read(id, "eve")).toEqual({ id, status: "done", text: "forty-two" }),
    15_000,
  );
  expect(servers.asked.map(({ requestId }) => requestId)).toContain("req-2");
  // The answer is there before it is counted.
  await vi.waitFor(async () => {
    const metrics = await metricsOf(servers.ports.workerMetrics);
    expect(webAppWorker.metrics?.names.filter((name) => !metrics.includes(`\n${name}`))).toEqual([]);
  });
  await stop(second.child, "SIGTERM");
});

test("exposes the metrics that the kind names, and the contract that is committed", async () => {
  const metrics = await metricsOf(servers.ports.metrics);
  expect(webApp.metrics?.names.filter((name) => !metrics.includes(`\n${name}`))).toEqual([]);
  expect(metrics).toContain('web_app_requests_total{method="POST",route="/v1/answers",status="429"} 1.0');
  expect(metrics).toMatch(/^web_app_queue_length \d/m);
  const { stdout } = await execa(servers.python, ["-m", "web_app", "openapi"], { cwd: APP });
  expect(`${stdout}\n`).toBe(readFileSync(join(APP, "openapi.json"), "utf8"));
});
