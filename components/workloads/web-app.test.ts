import { expect, test } from "vitest";
import { buildExample } from "./example.ts";
import { webApp } from "./web-app.ts";
import { webAppWorker } from "./web-app-worker.ts";

const entry = { image: `registry.example.org/team/app@sha256:${"a".repeat(64)}`, model: "small" };
const envOf = (fields: object = {}, surroundings = {}) =>
  buildExample(webApp, { ...entry, ...fields }, surroundings).container.env ?? {};

test("two to four pods serve the API, by the use of their processors; Docker Compose runs one", () => {
  expect(buildExample(webApp, entry).replicas).toEqual({ minimum: 2, maximum: 4, by: { kind: "cpu", share: 0.7 } });
  expect(buildExample(webApp, entry, { runtime: "compose" }).replicas).toBe(1);
});

test("there are as many workers as the list of their queue is long", () => {
  expect(buildExample(webAppWorker, { ...entry, queueName: "orders", threads: 4 }).replicas).toMatchObject({
    minimum: 1,
    maximum: 4,
    by: { kind: "queue", list: "dramatiq:orders", perReplica: 8, server: { workload: "valkey-queue" } },
  });
});

test("a worker may finish the longest answer before it is killed", () => {
  expect(buildExample(webAppWorker, { ...entry, answerSeconds: 600 }).container.lifecycle).toEqual({
    graceSeconds: 645,
  });
});

test("an image without digest is refused", () => {
  expect(() => buildExample(webApp, { ...entry, image: "registry.example.org/team/app:1.0" })).toThrow(
    "an image by digest",
  );
});

test("passwords and keys come from Vault, each from the workload that asks for it", () => {
  expect(envOf()).toMatchObject({
    QUEUE_PASSWORD: { workload: "valkey-queue", secret: "login", key: "password" },
    CACHE_PASSWORD: { workload: "valkey-cache", secret: "login", key: "password" },
    PROXY_KEY: { workload: "litellm", secret: "client-web-app", key: "key" },
    PGPASSWORD: { workload: "postgres", secret: "client-web-app", key: "password" },
    OTEL_SERVICE_NAME: "web-app",
  });
});

test("answers about persons are not given to others", () => {
  expect(envOf()["CACHE_SECONDS"]).toBe("600");
  expect(envOf({}, { dataClass: "personal" })["CACHE_SECONDS"]).toBe("0");
});

test("errors are reported to nobody, to GlitchTip or to Sentry, with an address that somebody provides", () => {
  expect(envOf()["SENTRY_DSN"]).toBeUndefined();
  const sentry = { ...entry, errorReports: "o1.ingest.de.sentry.io" };
  expect(buildExample(webApp, sentry).secrets).toEqual({ "error-reports": { class: "provided", keys: ["dsn"] } });
  expect(webApp.egress(sentry, {})).toEqual([
    { host: "o1.ingest.de.sentry.io", port: 443, purpose: "reports of errors" },
  ]);
  expect(webApp.egress({ ...entry, errorReports: "glitchtip" }, {})).toEqual([]);
  expect(() => envOf({ errorReports: "glitchtip" }, { needs: { errors: undefined } })).toThrow(
    "`errorReports: glitchtip` without a workload of kind glitchtip",
  );
});
