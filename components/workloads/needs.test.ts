import { describe, expect, test } from "vitest";
import { credential, defineWorkload, type Workload } from "./contract.ts";
import type { RegisteredKind } from "./extensions.ts";
import { needCycles } from "./needs.ts";
import type { WorkloadEntry, WorkloadFacts } from "./facts.ts";
import { planWorkloads, surveyWorkloads } from "./plan.ts";

const container = { image: "image", cpu: { request: 1 }, memoryMiB: { request: 64 }, user: 10001 };
const idle = (): Workload => ({ replicas: 1, container });

const postgres = defineWorkload({
  kind: "postgres",
  summary: "A database",
  memory: "64 MiB.",
  runtimes: ["kubernetes"],
  ports: {
    sql: { port: 5432, audience: "cluster", credentials: "owner" },
    metrics: { port: 9187, audience: "cluster" },
  },
  spec: {},
  build: () => ({ ...idle(), secrets: { owner: { class: "generated", keys: ["username", "password"] } } }),
});
const shop = defineWorkload({
  kind: "shop",
  summary: "Sells",
  memory: "64 MiB.",
  runtimes: ["kubernetes"],
  ports: { web: { port: 8080, audience: "public" } },
  needs: { database: { kind: "postgres", port: "sql" }, cache: { kind: "valkey", port: "api", optional: true } },
  spec: {},
  build: (_, { needs: { database, cache } }) => ({
    replicas: 1,
    container: {
      ...container,
      env: { DATABASE: database.host, PASSWORD: credential(database, "password"), CACHE: cache?.url ?? "" },
    },
  }),
});
const valkey = defineWorkload({ ...bare("valkey"), ports: { api: { port: 6379, audience: "cluster" } } });

function bare(kind: string) {
  return { kind, summary: kind, memory: "", runtimes: ["kubernetes"], ports: {}, spec: {}, build: idle } as const;
}

const kinds: readonly RegisteredKind[] = [postgres, shop, valkey].map((definition) => ({
  ...definition,
  file: `kinds/${definition.kind}.ts`,
}));
const entry = (kind: string, more: object = {}): WorkloadEntry => ({
  kind,
  team: "sales",
  pool: "operations",
  dataClass: "internal",
  ...more,
});
const facts = (workloads: Record<string, WorkloadEntry>): WorkloadFacts => ({
  environment: { name: "test", purpose: "development" },
  mesh: { tailnet: "example.ts.net" },
  pools: {},
  workloads,
  models: {},
  budget: {},
});
const problemsOf = (workloads: Record<string, WorkloadEntry>, definitions = kinds) =>
  surveyWorkloads(facts(workloads), {}, definitions).problems;

/** The kinds with one need of the shop changed. */
const withNeed = (kind: string, port: string): RegisteredKind[] =>
  kinds.map((definition) =>
    definition.kind === "shop" ? { ...definition, needs: { database: { kind, port } } } : definition,
  );

describe("a need", () => {
  test("comes to the only workload of its kind, with credentials; one that is optional may come to nothing", () => {
    const planned = planWorkloads(
      facts({ store: entry("shop"), main: entry("postgres", { team: "data" }) }),
      {},
      kinds,
    );
    const [{ workload } = { workload: idle() }] = planned;
    const handle = {
      workload: "main",
      team: "data",
      namespace: "team-data",
      port: 5432,
      protocol: "TCP",
      host: "main.team-data.svc.cluster.local",
      url: "http://main.team-data.svc.cluster.local:5432",
      credentials: "owner",
    };
    expect(workload.needs).toEqual([handle]);
    expect(workload.container.env).toEqual({
      DATABASE: handle.host,
      PASSWORD: { workload: "main", secret: "owner", key: "password" },
      CACHE: "",
    });
  });

  test("that is optional is fulfilled where it can be", () => {
    const planned = planWorkloads(
      facts({ store: entry("shop"), main: entry("postgres"), fast: entry("valkey") }),
      {},
      kinds,
    );
    expect(planned[0]?.workload.needs?.map((need) => need.workload)).toEqual(["main", "fast"]);
  });

  test("for a service outside the fleet goes through the egress proxy, which lets it out to that host", () => {
    const rented = defineWorkload({
      ...bare("rented"),
      ports: { api: { port: 443, audience: "cluster", scheme: "https" } },
      outside: () => "cache.example.org",
    });
    const proxy = defineWorkload({ ...bare("egress-proxy"), ports: { proxy: { port: 3128, audience: "cluster" } } });
    const borrower = defineWorkload({
      ...bare("borrower"),
      needs: { cache: { kind: "rented", port: "api" } },
      build: (_, { fleet }) => ({ ...idle(), files: { "/egress": JSON.stringify(fleet.map(({ egress }) => egress)) } }),
    });
    const [{ workload } = { workload: idle() }] = planWorkloads(
      facts({ store: entry("borrower"), far: entry("rented"), way: entry("egress-proxy") }),
      {},
      [borrower, rented, proxy].map((definition) => ({ ...definition, file: "" })),
    );
    expect(workload.needs?.map(({ url, outside }) => ({ url, outside }))).toEqual([
      { url: "https://cache.example.org:443", outside: true },
      { url: "http://way.team-sales.svc.cluster.local:3128", outside: undefined },
    ]);
    expect(workload.files).toEqual({
      "/egress": JSON.stringify([[{ host: "cache.example.org", port: 443, purpose: "its need for far" }], [], []]),
    });
  });

  test("comes to the workload that the entry names", () => {
    const workloads = {
      store: entry("shop", { needs: { database: "second" } }),
      first: entry("postgres"),
      second: entry("postgres"),
    };
    expect(planWorkloads(facts(workloads), {}, kinds)[0]?.workload.needs?.map((need) => need.workload)).toEqual([
      "second",
    ]);
  });

  test("of a kind that is not there names the definition's file", () => {
    expect(problemsOf({ store: entry("shop") })).toEqual([
      {
        path: ["store"],
        got: "the need database, and no workload of kind postgres",
        expected: "a workload of kind postgres",
        fix: "add one to `workloads`; kinds/shop.ts declares the need",
      },
    ]);
  });

  test("without a choice among several says how to choose", () => {
    expect(problemsOf({ store: entry("shop"), first: entry("postgres"), second: entry("postgres") })).toEqual([
      {
        path: ["store"],
        got: "the need database without a choice",
        expected: "the name of a workload of kind postgres: first, second",
        fix: "write `needs: { database: first }`, or another of them; kinds/shop.ts declares the need",
      },
    ]);
  });

  test("that the entry gives to a workload of another kind is refused", () => {
    expect(
      problemsOf({
        store: entry("shop", { needs: { database: "fast" } }),
        main: entry("postgres"),
        fast: entry("valkey"),
      }),
    ).toEqual([
      {
        path: ["store", "needs", "database"],
        got: '"fast"',
        expected: "the name of a workload of kind postgres: main",
        fix: "choose one of them for the need database of kinds/shop.ts",
        choice: { given: "fast", known: ["main"] },
      },
    ]);
  });

  test("for a port or a kind that nobody defines is the definition's mistake", () => {
    const workloads = { store: entry("shop"), main: entry("postgres") };
    expect(problemsOf(workloads, withNeed("postgres", "sqll"))).toEqual([
      {
        path: ["store"],
        got: "the need database for port sqll of postgres, which has no such port",
        expected: "one of the ports sql, metrics",
        fix: "correct `needs.database.port` in kinds/shop.ts",
        choice: { given: "sqll", known: ["sql", "metrics"] },
      },
    ]);
    expect(problemsOf(workloads, withNeed("postgrs", "sql"))).toMatchObject([
      {
        got: "the need database for the kind postgrs, which nobody defines",
        expected: "one of the kinds postgres, shop, valkey",
      },
    ]);
  });

  test("for the credentials of a port without any is said when the definition is built", () => {
    expect(problemsOf({ store: entry("shop"), main: entry("postgres") }, withNeed("postgres", "metrics"))).toEqual([
      {
        path: ["store"],
        got: "an error as it was built: port 9187 of workload main names no `credentials`",
        expected: "a definition that builds",
        fix: "correct kinds/shop.ts",
      },
    ]);
  });
});

test("circles of needs are found once each, whoever is looked at first", () => {
  const needing = (name: string, ...needs: string[]) => ({
    name,
    requires: needs.map((workload) => ({
      workload,
      team: "",
      namespace: "",
      port: 1,
      protocol: "TCP" as const,
      host: "",
      url: "",
    })),
  });
  expect(needCycles([needing("a", "b", "c"), needing("b", "c"), needing("c")])).toEqual([]);
  expect(
    needCycles([needing("c", "a"), needing("a", "b"), needing("b", "c"), needing("d", "a"), needing("e", "e")]),
  ).toEqual([["a", "b", "c"], ["e"]]);
});
