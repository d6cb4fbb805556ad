import { expect, test } from "vitest";
import { parse } from "yaml";
import { fileOf, fleetOfEveryKind, workloadOf } from "../../test/fleet-of-every-kind.ts";
import type { Indicator } from "./contract.ts";
import { buildExample } from "./example.ts";
import { dashboards } from "./grafana/dashboards.ts";
import { grafana } from "./grafana.ts";

const SOURCES = "/etc/grafana/provisioning/datasources/fleet.yml";
const planned = () => workloadOf(fleetOfEveryKind("kubernetes"), "grafana");

interface Panel {
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

test("a line of the log leads to its trace, and a span to the lines of its request", () => {
  const { datasources } = parse(fileOf(planned(), SOURCES)) as { datasources: object[] };
  expect(datasources).toMatchObject([
    { uid: "prometheus", url: "http://prometheus.team-platform.svc.cluster.local:9090", isDefault: true },
    {
      uid: "loki",
      url: "http://loki.team-platform.svc.cluster.local:3100",
      jsonData: { derivedFields: [{ matcherRegex: "trace_id", datasourceUid: "jaeger", url: "$${__value.raw}" }] },
    },
    {
      uid: "jaeger",
      url: "http://jaeger.team-platform.svc.cluster.local:16686",
      jsonData: {
        tracesToLogsV2: {
          datasourceUid: "loki",
          query: '{service_name=~".+"} | request_id="$${__span.tags["request.id"]}" or trace_id="$${__span.traceId}"',
        },
      },
    },
  ]);
});

test("every kind with panels has a dashboard, and no panel lies on another", () => {
  const files = Object.keys(planned().workload.files ?? {}).filter((file) => file.endsWith(".json"));
  expect(files).toContain("/etc/grafana/dashboards/kind-node-exporter.json");
  for (const file of files) {
    const { panels } = JSON.parse(fileOf(planned(), file)) as { panels: Panel[] };
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect({ file, twice: cells.filter((cell, index) => cells.indexOf(cell) !== index) }).toEqual({ file, twice: [] });
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
  }
});

test("a figure of the scorecard is red on the wrong side of the environment's target", () => {
  const indicator = { title: "Waiting", record: "fleet:wait", expression: "x", unit: "s" };
  const indicators: readonly Indicator[] = [
    { ...indicator, target: { name: "queueWaitSeconds", better: "lower" } },
    { ...indicator, record: "fleet:busy", title: "Busy", target: { name: "gpuBusyShare", better: "higher" } },
  ];
  const member = { kind: "queue", panels: [], indicators };
  const steps = (scorecard: unknown): unknown =>
    (scorecard as { panels: { type: string; fieldConfig: { defaults: { thresholds: { steps: unknown } } } }[] }).panels
      .filter(({ type }) => type === "stat")
      .map(({ fieldConfig }) => fieldConfig.defaults.thresholds.steps);
  expect(steps(dashboards([member], { queueWaitSeconds: 30 })["scorecard"])).toEqual([
    [
      { color: "green", value: null },
      { color: "red", value: 30 },
    ],
    [{ color: "green", value: null }],
  ]);
});

test("accounts outlive a pod, nobody comes in without one, and a rotated password counts from the next start", () => {
  const { container, volumes, prepare, secretFiles } = buildExample(grafana);
  expect(volumes).toEqual({
    data: { path: "/var/lib/grafana", sizeGiB: 2, keep: true, backup: { everyHours: 24, keepDays: 14 } },
  });
  expect(container.env).toMatchObject({
    GF_AUTH_ANONYMOUS_ENABLED: "false",
    GF_USERS_ALLOW_SIGN_UP: "false",
    GF_SECURITY_ADMIN_PASSWORD__FILE: "/etc/grafana/admin-password",
  });
  expect(secretFiles).toEqual({ "/etc/grafana/admin-password": { secret: "admin", key: "password" } });
  expect(prepare?.["password"]?.args).toEqual([
    expect.stringContaining("reset-admin-password --password-from-stdin < /etc/grafana/admin-password"),
  ]);
});
