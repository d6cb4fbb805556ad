import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { debianProgram } from "../../sandbox/toolchain/debian.ts";
import { fileOf, fleetOfEveryKind, workloadOf } from "../../test/fleet-of-every-kind.ts";
import type { Runtime } from "./contract.ts";
import type { PlannedWorkload } from "./plan.ts";

const CONFIG = "/etc/prometheus/prometheus.yml";
let promtool: string;
let folder: string;

beforeAll(async () => {
  promtool = await debianProgram("promtool", "prometheus");
  folder = await mkdtemp(path.join(tmpdir(), "splitfleet-prometheus-"));
});
afterAll(() => rm(folder, { recursive: true }));

const prometheusOf = (runtime: Runtime): PlannedWorkload => workloadOf(fleetOfEveryKind(runtime), "prometheus");

/** Debian builds Prometheus without the discovery of Kubernetes: another one stands in, and all else is checked. */
const withoutDiscovery = (text: string): string =>
  text.replaceAll(
    /kubernetes_sd_configs:\n\s+- role: endpointslice\n\s+namespaces:\n\s+names:\n(\s+- \S+\n)+/g,
    "file_sd_configs: [{ files: [pods.json] }]\n",
  );

/** Writes the files as the container sees them, below a folder of the test. */
async function deliver(planned: PlannedWorkload): Promise<string> {
  const root = await mkdtemp(path.join(folder, "root-"));
  const { files = {}, secretFiles = {} } = planned.workload;
  const secrets = Object.keys(secretFiles).map((file): [string, string] => [file, "secret"]);
  for (const [file, text] of [...Object.entries(files), ...secrets]) {
    await mkdir(path.join(root, path.dirname(file)), { recursive: true });
    await writeFile(
      path.join(root, file),
      withoutDiscovery(text).replaceAll("/etc/prometheus/", `${root}/etc/prometheus/`),
    );
  }
  return root;
}

interface AlertCase {
  readonly alert: string;
  /** Minutes after which it is looked at. */
  readonly after: number;
  /** Values by series, as promtool writes them: at the threshold, and beyond it. */
  readonly quiet: Readonly<Record<string, string>>;
  readonly firing: Readonly<Record<string, string>>;
}

const NODE = 'workload="nodes",instance="n1"';
const PROXY = 'workload="litellm"';

const ALERT_CASES: readonly AlertCase[] = [
  { alert: "TargetDown", after: 15, quiet: { 'up{workload="a"}': "1x20" }, firing: { 'up{workload="a"}': "0x20" } },
  {
    alert: "PrometheusNotDelivering",
    after: 25,
    quiet: { prometheus_notifications_errors_total: "5x30" },
    firing: { prometheus_notifications_errors_total: "0+1x30" },
  },
  {
    alert: "AlertmanagerNotTelling",
    after: 25,
    quiet: { alertmanager_notifications_failed_total: "5x30" },
    firing: { alertmanager_notifications_failed_total: "0+1x30" },
  },
  {
    alert: "GatewayFailing",
    after: 25,
    quiet: {
      'traefik_service_requests_total{service="a",code="200"}': "0+95x30",
      'traefik_service_requests_total{service="a",code="502"}': "0+5x30",
    },
    firing: {
      'traefik_service_requests_total{service="a",code="200"}': "0+90x30",
      'traefik_service_requests_total{service="a",code="502"}': "0+10x30",
    },
  },
  {
    alert: "TunnelDown",
    after: 5,
    quiet: { cloudflared_tunnel_ha_connections: "1x10" },
    firing: { cloudflared_tunnel_ha_connections: "0x10" },
  },
  {
    alert: "NodeDiskFilling",
    after: 15,
    quiet: { [`node_filesystem_avail_bytes{${NODE}}`]: "10x20", [`node_filesystem_size_bytes{${NODE}}`]: "100x20" },
    firing: { [`node_filesystem_avail_bytes{${NODE}}`]: "9x20", [`node_filesystem_size_bytes{${NODE}}`]: "100x20" },
  },
  {
    alert: "NodeMemoryShort",
    after: 10,
    quiet: { [`node_memory_MemAvailable_bytes{${NODE}}`]: "5x20", [`node_memory_MemTotal_bytes{${NODE}}`]: "100x20" },
    firing: { [`node_memory_MemAvailable_bytes{${NODE}}`]: "4x20", [`node_memory_MemTotal_bytes{${NODE}}`]: "100x20" },
  },
  {
    alert: "PodRestarting",
    after: 90,
    quiet: { kube_pod_container_status_restarts_total: "0+1x4 4x90" },
    firing: { kube_pod_container_status_restarts_total: "0+1x90" },
  },
  {
    alert: "NodeNotReady",
    after: 10,
    quiet: { 'kube_node_status_condition{condition="Ready",status="true"}': "1x20" },
    firing: { 'kube_node_status_condition{condition="Ready",status="true"}': "0x20" },
  },
  {
    alert: "PodPending",
    after: 30,
    quiet: { 'kube_pod_status_phase{phase="Pending"}': "0x40" },
    firing: { 'kube_pod_status_phase{phase="Pending"}': "1x40" },
  },
  { alert: "GpuHot", after: 15, quiet: { DCGM_FI_DEV_GPU_TEMP: "88x20" }, firing: { DCGM_FI_DEV_GPU_TEMP: "89x20" } },
  {
    alert: "GpuError",
    after: 5,
    quiet: { DCGM_FI_DEV_XID_ERRORS: "0x20" },
    firing: { DCGM_FI_DEV_XID_ERRORS: "79x20" },
  },
  {
    alert: "LitellmFailing",
    after: 20,
    quiet: {
      [`litellm_proxy_failed_requests_metric_total{${PROXY}}`]: "0+1x30",
      [`litellm_proxy_total_requests_metric_total{${PROXY}}`]: "0+20x30",
    },
    firing: {
      [`litellm_proxy_failed_requests_metric_total{${PROXY}}`]: "0+2x30",
      [`litellm_proxy_total_requests_metric_total{${PROXY}}`]: "0+20x30",
    },
  },
  {
    alert: "ModelSpendBurnsFast",
    after: 70,
    quiet: { litellm_spend_metric_total: "0+0.5x80", "fleet:budget_euros": "4320x80" },
    firing: { litellm_spend_metric_total: "0+0.7x80", "fleet:budget_euros": "4320x80" },
  },
  {
    alert: "ModelSpendBurns",
    after: 95,
    quiet: { litellm_spend_metric_total: "0+0.9x100", "fleet:budget_euros": "2700x100" },
    firing: { litellm_spend_metric_total: "0+3.5x100", "fleet:budget_euros": "2700x100" },
  },
  {
    alert: "TeamSpendBurns",
    after: 95,
    quiet: {
      'litellm_spend_metric_total{team="platform",exported_team="research"}': "0+0.9x100",
      'litellm_spend_metric_total{team="platform",exported_team="other"}': "0+5x100",
      'fleet:team_budget_euros{team="research"}': "2700x100",
    },
    firing: {
      'litellm_spend_metric_total{team="platform",exported_team="research"}': "0+3.5x100",
      'fleet:team_budget_euros{team="research"}': "2700x100",
    },
  },
];

const check = (...args: string[]) => execa(promtool, args, { reject: false, all: true });

test.each(["kubernetes", "compose"] as const)(
  "promtool accepts the configuration and the rules of a fleet of every kind on %s",
  async (runtime) => {
    const root = await deliver(prometheusOf(runtime));
    const { exitCode, all } = await check("check", "config", path.join(root, CONFIG));
    expect({ exitCode, all }).toEqual({ exitCode: 0, all: expect.stringContaining("SUCCESS") });
  },
);

test("each alert fires where its figure is too high for long enough, and not below", { timeout: 30_000 }, async () => {
  const root = await deliver(prometheusOf("kubernetes"));
  const tests = ALERT_CASES.flatMap(({ alert, after, quiet, firing }) => [
    { alert, after, series: quiet, samples: [] },
    { alert, after, series: firing, samples: [{ labels: "{}", value: 1 }] },
  ]);
  const file = path.join(root, "tests.yml");
  const content = {
    rule_files: [path.join(root, "etc/prometheus/rules/alerts.yml")],
    evaluation_interval: "1m",
    tests: tests.map(({ series, alert, after, samples }) => ({
      interval: "1m",
      name: alert,
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      promql_expr_test: [
        {
          expr: `count(ALERTS{alertname="${alert}",alertstate="firing"})`,
          eval_time: `${after}m`,
          exp_samples: samples,
        },
      ],
    })),
  };
  await writeFile(file, JSON.stringify(content));
  const { exitCode, all } = await check("test", "rules", file);
  expect({ exitCode, all }).toEqual({ exitCode: 0, all: expect.stringContaining("SUCCESS") });
});

/** Figures of the scorecard: what is measured, and what is recorded of it after 90 minutes. */
const FIGURES = [
  {
    record: "fleet:gpu_busy",
    input: { 'DCGM_FI_DEV_GPU_UTIL{gpu="0"}': "80x90", 'DCGM_FI_DEV_GPU_UTIL{gpu="1"}': "40x90" },
    value: 0.6,
  },
  {
    record: "fleet:gpu_busy",
    input: { DCGM_FI_PROF_GR_ENGINE_ACTIVE: "0.25x90", DCGM_FI_DEV_GPU_UTIL: "80x90" },
    value: 0.25,
  },
  {
    record: "fleet:kv_cache",
    input: { 'vllm:kv_cache_usage_perc{pod="a"}': "0.2x90", 'vllm:kv_cache_usage_perc{pod="b"}': "0.7x90" },
    value: 0.7,
  },
  {
    record: "fleet:low_tier_share",
    input: {
      'litellm_deployment_success_responses_total{model_id="small"}': "0+3x90",
      'litellm_deployment_success_responses_total{model_id="elsewhere"}': "0+1x90",
    },
    value: 0.75,
  },
  {
    record: "fleet:retry_share",
    input: {
      litellm_deployment_successful_fallbacks_total: "0+1x90",
      litellm_proxy_total_requests_metric_total: "0+10x90",
    },
    value: 0.1,
  },
] as const;

test("a figure of the scorecard is what its series come to", async () => {
  const root = await deliver(prometheusOf("kubernetes"));
  const file = path.join(root, "figures.yml");
  const content = {
    rule_files: [path.join(root, "etc/prometheus/rules/scorecard.yml")],
    evaluation_interval: "1m",
    tests: FIGURES.map(({ record, input, value }) => ({
      interval: "1m",
      input_series: Object.entries(input).map(([series, values]) => ({ series, values })),
      promql_expr_test: [{ expr: record, eval_time: "90m", exp_samples: [{ labels: record, value }] }],
    })),
  };
  await writeFile(file, JSON.stringify(content));
  const { exitCode, all } = await check("test", "rules", file);
  expect({ exitCode, all }).toEqual({ exitCode: 0, all: expect.stringContaining("SUCCESS") });
});

test("an alert of a kind appears once, however many workloads of the kind there are", () => {
  const rules: { groups: { name: string; rules: { alert: string }[] }[] } = parse(
    fileOf(prometheusOf("kubernetes"), "/etc/prometheus/rules/alerts.yml"),
  );
  expect(rules.groups.find(({ name }) => name === "node-exporter")?.rules.map(({ alert }) => alert)).toEqual([
    "NodeDiskFilling",
    "NodeMemoryShort",
    "NodeClockWrong",
  ]);
});

test("a workload is found by its service and port, and carries who pays for it", () => {
  const config: { scrape_configs: { job_name: string }[] } = parse(fileOf(prometheusOf("kubernetes"), CONFIG));
  expect(config.scrape_configs.find(({ job_name }) => job_name === "loki")).toMatchObject({
    metrics_path: "/metrics",
    relabel_configs: [
      {
        source_labels: [
          "__meta_kubernetes_namespace",
          "__meta_kubernetes_service_name",
          "__meta_kubernetes_endpointslice_port",
        ],
        regex: "team-platform;loki;3100",
        action: "keep",
      },
      { source_labels: ["__meta_kubernetes_pod_name"], target_label: "instance" },
      { source_labels: ["__meta_kubernetes_pod_node_name"], target_label: "node" },
      { target_label: "workload", replacement: "loki" },
      { target_label: "team", replacement: "platform" },
      { target_label: "kind", replacement: "loki" },
      { target_label: "pool", replacement: "operations" },
      { target_label: "data_class", replacement: "internal" },
    ],
  });
});

test("memory follows the number of series", () => {
  const planned = prometheusOf("compose");
  expect(planned.workload.container.memoryMiB).toEqual({ request: 347, limit: 694 });
});
