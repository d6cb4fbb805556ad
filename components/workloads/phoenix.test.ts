import { expect, test } from "vitest";
import { fileOf, fleetOfEveryKind, workloadOf } from "../../test/fleet-of-every-kind.ts";
import { buildExample } from "./example.ts";
import { phoenix } from "./phoenix.ts";
import { planWorkloads } from "./plan.ts";

const planned = () => workloadOf(fleetOfEveryKind("kubernetes"), "phoenix");

test("nobody writes or reads without logging in", () => {
  expect(buildExample(phoenix, {}).container.env).toMatchObject({
    PHOENIX_ENABLE_AUTH: "true",
    PHOENIX_SECRET: { secret: "signing", key: "key" },
    PHOENIX_ADMIN_SECRET: { secret: "admin", key: "key" },
  });
  expect(workloadOf(fleetOfEveryKind("kubernetes"), "otel-collector").workload.container.env).toMatchObject({
    MODEL_TRACES_KEY: { workload: "phoenix", secret: "admin", key: "key" },
  });
});

test.each([
  ["personal", undefined, "14"],
  ["confidential", undefined, "30"],
  ["internal", undefined, "90"],
  ["personal", 7, "7"],
])("traces with %s data and %s days in the entry are deleted after %s", (dataClass, retentionDays, days) => {
  const place = { team: "platform", pool: "operations", dataClass };
  const entry = { kind: "phoenix", ...place, ...(retentionDays === undefined ? {} : { retentionDays }) };
  const facts = {
    environment: { name: "trial", purpose: "production" },
    mesh: { tailnet: "trial.ts.net" },
    pools: {},
    models: {},
    budget: {},
    workloads: { traces: entry, database: { kind: "postgres", ...place } },
  };
  const images = Object.fromEntries(
    ["phoenix", "postgres", "postgres-exporter", "backup"].map((name) => [name, `${name}@sha256:${"0".repeat(64)}`]),
  );
  const [traces] = planWorkloads(facts, images);
  expect(traces?.workload.container.env?.["PHOENIX_DEFAULT_RETENTION_POLICY_DAYS"]).toBe(days);
});

test("PostgreSQL's erasure finds a function that deletes the traces about a person", () => {
  expect(fileOf(planned(), "/etc/phoenix/erase-subject.sql"))
    .toBe(`CREATE OR REPLACE FUNCTION erase_subject(subject text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE gone bigint;
BEGIN
  DELETE FROM traces WHERE id IN (SELECT trace_rowid FROM spans WHERE attributes #>> '{user,id}' = subject);
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;
`);
});
