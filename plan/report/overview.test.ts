import path from "node:path";
import { Decimal } from "decimal.js";
import { expect, it } from "vitest";
import { planEnvironment } from "../plan.ts";
import { exampleRow } from "../../policies/example.ts";
import { loadEnvironment } from "../../stacks/environment-file.ts";
import { SANDBOX_FILE } from "../../test/harness.ts";
import { overviewOf } from "./overview.ts";
import { burnOf, itemOf } from "./testing.ts";

const environment = await loadEnvironment(SANDBOX_FILE);
const { spec, lock } = environment;
/** A whole plan, on a machine that may do something else as well. */
const SLOW = { timeout: 30_000 };

const pod = (team: string, replicas: number, memory: string) =>
  exampleRow(
    "kubernetes:apps/v1:Deployment",
    `${team}-${memory}`,
    { spec: { replicas, template: { spec: { containers: [{ name: "main", resources: { requests: { memory } } }] } } } },
    { labels: { team, pool: "inference", workload: "x" } },
  );
const server = (name: string) =>
  exampleRow("hcloud:index/server:Server", name, {}, { labels: { pool: "inference", team: "platform" } });
const of = (rows: readonly ReturnType<typeof pod>[], items: ReturnType<typeof itemOf>[]) =>
  overviewOf({
    rows,
    cost: { currency: "EUR", expected: burnOf(0), worst: burnOf(0), items },
    spec,
    lock,
    secretKeys: ["splitfleet:token"],
  });

const share = (own: string, nodes: string, shared: string, total: string) => ({ own, nodes, shared, total });

it("splits nodes by the memory that workloads ask for, and names the rest as idle", () => {
  // Two nodes of 16 GiB: 8 GiB and 4 GiB of 32 are asked for.
  const rows = [server("a"), server("b"), pod("assistants", 2, "4Gi"), pod("research", 1, "4096Mi")];
  const { allocation } = of(rows, [itemOf({ pool: "inference", team: "platform" }, 0.2, 0.2)]);
  expect(allocation).toEqual({
    teams: [
      { team: "assistants", ...share("0.00", "36.50", "0.00", "36.50") },
      { team: "research", ...share("0.00", "18.25", "0.00", "18.25") },
    ],
    workloads: [
      { workload: "x", team: "assistants", layer: "deployment", ...share("0.00", "36.50", "0.00", "36.50") },
      { workload: "x", team: "research", layer: "deployment", ...share("0.00", "18.25", "0.00", "18.25") },
    ],
    idle: [{ pool: "inference", euros: "91.25", memoryShare: 0.625 }],
    unassigned: "0.00",
  });
});

it("leaves nothing idle where more is asked for than there is", () => {
  const { allocation } = of([server("a"), pod("assistants", 3, "8Gi")], [itemOf({ pool: "inference" }, 0.2, 0.2)]);
  expect(allocation).toMatchObject({ teams: [{ team: "assistants", nodes: "146.00" }], idle: [] });
});

it("shares what serves all in proportion to what each has, to the cent", () => {
  const { allocation, layers } = of(
    [],
    [
      itemOf({ team: "assistants", workload: "litellm" }, 0.02, 0.02),
      itemOf({ team: "research", workload: "other" }, 0.01, 0.01),
      itemOf({ team: "platform", pool: "burst" }, 0.5, 60),
      itemOf({}, 0.1, 0.1),
    ],
  );
  expect(allocation.teams).toEqual([
    { team: "assistants", ...share("14.60", "0.00", "292.00", "306.60") },
    { team: "research", ...share("7.30", "0.00", "146.00", "153.30") },
  ]);
  expect(layers).toEqual([
    { layer: "inference", euros: "306.60", workloads: ["litellm"] },
    { layer: "orchestration", euros: "0.00", workloads: [] },
    { layer: "retrieval", euros: "0.00", workloads: [] },
    { layer: "data", euros: "0.00", workloads: [] },
    { layer: "interface", euros: "0.00", workloads: [] },
    { layer: "deployment", euros: "153.30", workloads: ["other"] },
  ]);
});

it("gives nodes that come and go to the runs that they come for", () => {
  const run = exampleRow(
    "kubernetes:batch/v1:Job",
    "tuning-job",
    { spec: { template: { spec: { containers: [{ name: "main", resources: { requests: { memory: "64Gi" } } }] } } } },
    { labels: { team: "research", pool: "burst", workload: "tuning" } },
  );
  const { allocation } = of([run], [itemOf({ team: "platform", pool: "burst" }, 0.5, 60)]);
  expect(allocation.workloads).toMatchObject([{ workload: "tuning", team: "research", nodes: "365.00" }]);
  expect(allocation.idle).toEqual([]);
});

it("assigns to nobody what serves all where nobody uses anything", () => {
  expect(of([], [itemOf({}, 0.1, 0.1)]).allocation).toEqual({
    teams: [],
    workloads: [],
    idle: [],
    unassigned: "73.00",
  });
});

it("counts providers, keys and bills once each, accounts that bill nothing included", () => {
  const priced = (price: string, hourly = 1) => ({ ...itemOf({}, hourly, hourly), price });
  const rows = [
    server("a"),
    exampleRow("tailscale:index/tailnetKey:TailnetKey", "key", {}),
    exampleRow("vault:index/mount:Mount", "kv", {}),
    exampleRow("random:index/randomId:RandomId", "id", {}),
  ];
  const { providers, keys, bills } = of(rows, [
    priced("hetzner/server/cpx42/fsn1@2026-11-01"),
    priced("hetzner/ipv4/primary/fsn1@2026-11-01"),
    priced("aws/spot/p5.48xlarge/eu-north-1@2026-11-01, exchange-rates/rate/USD/eu@2026-11-01"),
    priced("openai/token/gpt/global@2026-11-01", 0),
    priced("stated by the environment file"),
  ]);
  expect(bills).toEqual(["aws", "hetzner", "own machines"]);
  expect(providers).toEqual(["aws", "hetzner", "tailscale"]);
  expect(keys).toEqual(["hetzner", "splitfleet:token", "tailscale", "vault"]);
});

it.each(["sandbox", "starter", "production", "factory"])("adds up to the expected month in %s", SLOW, async (name) => {
  const file = path.join(path.dirname(SANDBOX_FILE), `Pulumi.${name}.yaml`);
  const { overview, cost } = await planEnvironment(await loadEnvironment(file), { today: "2026-11-21" });
  const { teams, workloads, idle, unassigned } = overview.allocation;
  const rest = [unassigned, ...idle.map(({ euros }) => euros)];
  const sum = (parts: readonly string[]): string => Decimal.sum(0, ...parts).toFixed(2);
  expect(sum([...rest, ...teams.map(({ total }) => total)])).toBe(cost.expected.monthly);
  expect(sum([...rest, ...workloads.map(({ total }) => total)])).toBe(cost.expected.monthly);
  expect(sum(overview.layers.map(({ euros }) => euros))).toBe(cost.expected.monthly);
  expect(workloads.every(({ own, nodes, shared, total }) => sum([own, nodes, shared]) === total)).toBe(true);
});
