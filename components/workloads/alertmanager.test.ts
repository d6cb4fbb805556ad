import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { debianProgram } from "../../sandbox/toolchain/debian.ts";
import { alertmanager } from "./alertmanager.ts";
import { buildExample, buildKind } from "./example.ts";
import { n8n } from "./n8n.ts";

const configurationOf = (fields: Parameters<typeof alertmanager.build>[0]): string =>
  buildExample(alertmanager, fields).files?.["/etc/alertmanager/alertmanager.yml"] ?? "";

/**
 * Debian's amtool is of 2022: it knows neither addresses in files nor the proxy of the environment. Both are put as it
 * would have them; everything else is checked as it is.
 */
const inOldWords = (configuration: string): string =>
  configuration
    .replaceAll(/url_file: (\S+)/g, "url: https://example.org$1")
    .replace("proxy_from_environment: true", "proxy_url: http://proxy.example.org:3128");

test.each([
  ["with an outside watcher", { webhookHost: "alerts.example.org", heartbeatHost: "watcher.example.net" }],
  ["without one", { webhookHost: "alerts.example.org" }],
  ["that has n8n alone", {}],
])("amtool accepts the configuration %s", async (_, fields) => {
  const folder = await mkdtemp(path.join(tmpdir(), "splitfleet-alertmanager-"));
  try {
    const file = path.join(folder, "alertmanager.yml");
    await writeFile(file, inOldWords(configurationOf(fields)));
    const amtool = await debianProgram("amtool", "prometheus-alertmanager");
    const { exitCode, all } = await execa(amtool, ["check-config", file], { reject: false, all: true });
    expect({ exitCode, all }).toEqual({ exitCode: 0, all: expect.stringContaining("SUCCESS") });
    const routed = async (...labels: string[]) =>
      (await execa(amtool, ["config", "routes", "test", `--config.file=${file}`, ...labels])).stdout;
    expect(await routed("alertname=TargetDown", "severity=page")).toBe("page");
    expect(await routed("alertname=JobFailed", "severity=ticket")).toBe("ticket");
    expect(await routed("alertname=Watchdog", "severity=none")).toBe(
      "heartbeatHost" in fields ? "heartbeat" : "nobody",
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("n8n's workflow takes the alerts of its own fleet, and somebody must", () => {
  expect(parse(configurationOf({}))).toMatchObject({
    receivers: [
      {
        name: "page",
        webhook_configs: [
          {
            url: "http://n8n.team-example.svc.cluster.local:5678/webhook/alerts",
            http_config: { basic_auth: { username: "fleet", password_file: "/etc/alertmanager/secrets/workflows" } },
          },
        ],
      },
      { name: "ticket" },
      { name: "nobody" },
    ],
  });
  expect(buildExample(n8n, {}).secrets?.["webhook"]?.fixed).toEqual({ user: "fleet" });
  const alone = { ...alertmanager, needs: {} };
  expect(() => buildKind(alone, {})).toThrow("nobody is told of alerts: state `webhookHost`");
});

test("addresses are secrets that stand in files, and only their hosts are known", () => {
  const fields = { webhookHost: "alerts.example.org", heartbeatHost: "watcher.example.net" };
  expect(buildExample(alertmanager, fields).secretFiles).toEqual({
    "/etc/alertmanager/secrets/page": { secret: "webhook", key: "page" },
    "/etc/alertmanager/secrets/ticket": { secret: "webhook", key: "ticket" },
    "/etc/alertmanager/secrets/workflows": { workload: "n8n", secret: "webhook", key: "password" },
    "/etc/alertmanager/secrets/heartbeat": { secret: "heartbeat", key: "url" },
  });
  expect(alertmanager.egress(fields, {})).toEqual([
    { host: "alerts.example.org", port: 443, purpose: "alerts" },
    { host: "watcher.example.net", port: 443, purpose: "sign of life" },
  ]);
});

test("the sign of life is repeated at the interval of the entry", () => {
  const { route } = parse(
    configurationOf({ webhookHost: "alerts.example.org", heartbeatHost: "watcher.example.net", heartbeatMinutes: 2 }),
  ) as { route: { routes: object[] } };
  expect(route.routes[0]).toEqual({
    receiver: "heartbeat",
    matchers: ['alertname="Watchdog"'],
    group_wait: "0s",
    group_interval: "2m",
    repeat_interval: "2m",
  });
});
