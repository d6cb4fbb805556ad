import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { onRequest } from "../../examples/web-app/front-end/functions/v1/[[path]].ts";
import { Browser, type Tab } from "./browser.ts";
import { LEGIBILITY, legibility, LEGIBLE, SCREENS } from "./legibility.ts";
import { PagesHost } from "./pages-host.ts";
import { APP, WebAppServers } from "./web-app-servers.ts";

const files = mkdtempSync(path.join(tmpdir(), "splitfleet-front-end-"));
let servers: WebAppServers;
let browser: Browser;
let host: PagesHost;
let tab: Tab;

/** What stands between page and API: the gateway says who asks. */
let gateway = (request: Request): Promise<Response> => toApi(request);

function toApi(request: Request, user = "ann"): Promise<Response> {
  request.headers.set("x-user-id", user);
  return onRequest({ request, env: { API_URL: servers.url } });
}

beforeAll(async () => {
  servers = await WebAppServers.start();
  await build({
    root: path.join(APP, "front-end"),
    logLevel: "warn",
    build: { outDir: files, emptyOutDir: true },
  });
  host = await PagesHost.start(files, (request) => gateway(request));
  browser = await Browser.start();
}, 200_000);
afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
  await servers[Symbol.asyncDispose]();
  rmSync(files, { recursive: true });
});
beforeEach(async () => {
  gateway = (request) => toApi(request);
  tab = await browser.open();
  await tab.goTo(host.url);
});

/** Types a question as a person does, and sends it. */
async function ask(question: string): Promise<void> {
  await tab.evaluate(`document.querySelector("textarea").focus()`, z.undefined());
  await tab.send("Input.insertText", { text: question });
  await tab.evaluate(`document.querySelector("button").click()`, z.undefined());
}

const shown = (): Promise<string> => tab.evaluate(`document.querySelector("output").innerText`, z.string());

const toShow = (text: string): Promise<void> =>
  vi.waitFor(async () => expect(await shown()).toBe(text), { timeout: 15_000, interval: 50 });

test("a question waits in the queue until a worker has its answer", async () => {
  await ask("six times seven?");
  await toShow("The question waits for its turn.");
  expect(await tab.evaluate(`document.querySelector("button").disabled`, z.boolean())).toBe(true);
  const { child } = await servers.startWorker();
  await toShow("forty-two");
  expect(servers.asked.map(({ body }) => body)).toMatchObject([
    { messages: [{ role: "user", content: "six times seven?" }], user: "ann" },
  ]);
  child.kill("SIGTERM");

  expect(await tab.evaluate(`document.querySelector("button").disabled`, z.boolean())).toBe(false);
  expect(tab.errors).toEqual([]);
  expect(tab.requests.filter((url) => !url.startsWith(`${host.url}/`))).toEqual([]);
});

test("a failure names the request under which it stands in logs and traces", async () => {
  let requestId: string | null = null;
  gateway = async (request) => {
    const response = await toApi(request);
    requestId = response.headers.get("x-request-id");
    return response;
  };
  await ask("x".repeat(101));
  await vi.waitFor(async () => expect(await shown()).toContain("The question is too long."), { timeout: 15_000 });
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(await shown()).toBe(`The question is too long.\n\nTell support: request ${String(requestId)}`);
});

test("a user who has spent the day's tokens is told so", async () => {
  gateway = (request) => toApi(request, "dora");
  for (const prompt of ["one", "two"]) {
    const body = JSON.stringify({ prompt });
    const headers = { "content-type": "application/json", "x-user-id": "dora" };
    expect((await fetch(`${servers.url}/v1/answers`, { method: "POST", headers, body })).status).toBe(202);
  }
  await ask("three");
  await vi.waitFor(async () => expect(await shown()).toContain("You have asked as much as you may for now."), {
    timeout: 15_000,
  });
});

test("a request that comes too often is sent again when the gateway allows it, and not before", async () => {
  let questions = 0;
  gateway = (request) => {
    if (request.method === "POST") questions += 1;
    if (questions > 1) return toApi(request, "eve");
    return Promise.resolve(new Response("Too Many Requests", { status: 429, headers: { "retry-after": "1" } }));
  };
  await ask("again?");
  await toShow("Many questions at once. Trying again in 1 s.");
  expect(questions).toBe(1);
  await toShow("The question waits for its turn.");
  expect(questions).toBe(2);
});

test("what a model writes is text, whatever it looks like", async () => {
  const text = `<img src=x onerror="globalThis.injected = 1"> ${"x".repeat(300)}`;
  gateway = () => Promise.resolve(Response.json({ id: "1", status: "done", text }));
  await ask("write HTML");
  await toShow(text);
  expect(await tab.evaluate(`"injected" in globalThis`, z.boolean())).toBe(false);
  for (const screen of SCREENS) {
    await tab.show(screen);
    expect({ screen, ...(await tab.evaluate(LEGIBILITY, legibility)) }).toEqual({ screen, ...LEGIBLE });
  }
});

test("says that there is no way to the service", async () => {
  await tab.send("Network.emulateNetworkConditions", {
    offline: true,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: -1,
  });
  await ask("hello?");
  await toShow("The service can not be reached.");
});

test("says that the service has failed, and asks again when a person does", async () => {
  gateway = () => Promise.resolve(new Response("", { status: 502, headers: { "x-request-id": "ray-1" } }));
  await ask("hello?");
  await toShow("The service has failed.\n\nTell support: request ray-1");
  gateway = () => Promise.resolve(Response.json({ id: "1", status: "done", text: "here" }));
  await tab.evaluate(`document.querySelector("button").click()`, z.undefined());
  await toShow("here");
});

test("is served so that nothing else may run in it, and so that a new version is seen at once", async () => {
  const page = await fetch(host.url);
  expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self'; /);
  expect(page.headers.get("cache-control")).toBe("no-cache");
  const [, script = ""] =
    /src="(\/assets\/[^"]+\.js)"/.exec(readFileSync(path.join(files, "index.html"), "utf8")) ?? [];
  expect((await fetch(`${host.url}${script}`)).headers.get("cache-control")).toBe(
    "public, max-age=31536000, immutable",
  );
});
