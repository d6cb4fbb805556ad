import { expect, test } from "vitest";
import { buildExample } from "./example.ts";
import { glitchtip } from "./glitchtip.ts";

const built = buildExample(glitchtip, { domain: "http://errors.example.ts.net:8000", retentionDays: 10 });

test("tables are there before the server and the worker start", () => {
  const scripts = [built.prepare?.["migrate"], built.container, built.sidecars?.["worker"]].map((container) =>
    container?.args?.[0]?.split("\n").at(-1),
  );
  expect(scripts).toEqual(["exec ./bin/run-migrate.sh", "exec ./bin/start.sh", "exec ./bin/run-worker.sh"]);
});

test("nobody signs up, and events are deleted after the days of the entry", () => {
  expect(built.container.env).toMatchObject({
    ENABLE_USER_REGISTRATION: "False",
    ENABLE_ORGANIZATION_CREATION: "False",
    GLITCHTIP_MAX_EVENT_LIFE_DAYS: "10",
  });
});

test("passwords stand in the environment and in no script", () => {
  expect(built.container.args?.[0]?.split("\n").slice(0, 2)).toEqual([
    'export DATABASE_URL="postgres://$DATABASE_USER:$DATABASE_PASSWORD@postgres.team-example.svc.cluster.local:5432/$DATABASE_NAME"',
    'export VALKEY_URL="redis://:$VALKEY_PASSWORD@valkey-queue.team-example.svc.cluster.local:6379/0"',
  ]);
});
