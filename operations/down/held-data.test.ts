import { expect, test } from "vitest";
import type { StateResource } from "../../sandbox/session/state.ts";
import type { Store } from "../../stacks/stores.ts";
import { assertAgreed, heldData } from "./held-data.ts";

const resource = (type: string, name: string, more: Partial<StateResource> = {}): StateResource => ({
  urn: `urn:pulumi:factory::splitfleet::${type}::${name}`,
  type,
  custom: false,
  ...more,
});
const pool = resource("splitfleet:compute:HetznerPool", "operations", { protect: true });
const node = resource("hcloud:index/server:Server", "operations-1-server", { protect: true, parent: pool.urn });
const store = (workload: string, more: Partial<Store> = {}): Store => ({
  workload,
  kind: "postgres",
  dataClass: "personal",
  pool: "operations",
  runtime: "kubernetes",
  keepsVolume: true,
  way: { kind: "run", run: `${workload}-erase` },
  retentionDays: 30,
  copyDays: 14,
  ...more,
});

test("names protected components once, not each of their resources, and the stores that exist", () => {
  const resources = [
    pool,
    node,
    resource("splitfleet:runtime:KubernetesWorkload", "database"),
    resource("splitfleet:runtime:ComposeProject", "edge-project"),
  ];
  const stores = [
    store("database"),
    store("cache", { runtime: "compose", pool: "edge", kind: "valkey", dataClass: "internal", copyDays: undefined }),
    store("objects", { keepsVolume: false }),
    store("planned-only"),
  ];
  expect(heldData({ resources }, stores)).toEqual([
    { name: "cache", what: "volumes of valkey, class internal, no copies" },
    { name: "database", what: "volumes of postgres, class personal, copies kept 14 days" },
    { name: "operations", what: "protected HetznerPool" },
  ]);
});

const HELD = [
  { name: "database", what: "volumes of postgres, class personal, no copies" },
  { name: "operations", what: "protected HetznerPool" },
];
const COMMAND = "npm run down -- factory";

test("stops with the names of what was not agreed to, and the command that agrees", () => {
  expect(() => assertAgreed(HELD, ["operations"], COMMAND)).toThrow(
    [
      "Nothing was destroyed. These hold data, which would be gone for good:",
      "  database  volumes of postgres, class personal, no copies",
      "Copy what is still needed, then name them: npm run down -- factory --delete-data database operations",
      "or all of them: npm run down -- factory --delete-data all",
    ].join("\n"),
  );
});

test("goes on when everything was named, or all, or there is nothing", () => {
  expect(() => {
    assertAgreed(HELD, ["operations", "database"], COMMAND);
    assertAgreed(HELD, ["all"], COMMAND);
    assertAgreed([], [], COMMAND);
  }).not.toThrow();
});

test("refuses a name that nothing has", () => {
  expect(() => assertAgreed(HELD, ["databse"], COMMAND)).toThrow(
    "--delete-data databse: nothing that holds data has this name. Did you mean database? What holds data: database, operations.",
  );
  expect(() => assertAgreed([], ["database"], COMMAND)).toThrow("Nothing of the stack holds data.");
});
