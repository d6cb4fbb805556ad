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

it("splits nodes by the memory that teams ask for, and calls the rest idle", () => {
  // Two nodes of 16 GiB: 8 GiB and 4 GiB of 32 are asked for.
  const rows = [server("a"), server("b"), pod("assistants", 2, "4Gi"), pod("research", 1, "4096Mi")];
  const { allocation } = of(rows, [itemOf({ pool: "inference", team: "platform" }, 0.2, 0.2)]);
  expect(allocation).toEqual({
    teams: [
      { team: "assistants", own: "0.00", nodes: "36.50" },
      { team: "research", own: "0.00", nodes: "18.25" },
    ],
    shared: "0.00",
    idle: "91.25",
  });
});

it("leaves nothing idle where more is asked for than there is", () => {
  const { allocation } = of([server("a"), pod("assistants", 3, "8Gi")], [itemOf({ pool: "inference" }, 0.2, 0.2)]);
  expect(allocation).toMatchObject({ teams: [{ team: "assistants", nodes: "146.00" }], idle: "0.00" });
});

it("gives a team what its workloads and endpoints cost, and shares what comes and goes", () => {
  const { allocation } = of(
    [],
    [
      itemOf({ team: "assistants", workload: "database" }, 0.01, 0.01),
      itemOf({ team: "assistants", endpoint: "chat" }, 0.02, 0.02),
      itemOf({ team: "platform", pool: "burst" }, 0.5, 60),
      itemOf({}, 0.1, 0.1),
    ],
  );
  expect(allocation).toEqual({
    teams: [{ team: "assistants", own: "21.90", nodes: "0.00" }],
    shared: "438.00",
    idle: "0.00",
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

it("adds up to the expected month in a real environment", async () => {
  const { overview, cost } = await planEnvironment(environment, { today: "2026-11-21" });
  const { teams, shared, idle } = overview.allocation;
  const parts = [shared, idle, ...teams.flatMap(({ own, nodes }) => [own, nodes])];
  expect(Decimal.sum(...parts).toFixed(2)).toBe(cost.expected.monthly);
});
