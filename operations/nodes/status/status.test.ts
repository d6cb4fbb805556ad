import { expect, test } from "vitest";
import type { NodeState } from "../control.ts";
import type { DeclaredNode } from "../inventory.ts";
import { type StatusFacts, statusOf } from "./status.ts";
import { toTable } from "./table.ts";

const SUM = { amd64: "a".repeat(64) };

const server: DeclaredNode = {
  name: "factory-operations-1",
  pool: "operations",
  id: "1",
  provider: "hetzner",
  role: "server",
  enrollment: "enrolled",
  meshName: "factory-operations-1.factory.ts.net",
};
const running: NodeState = {
  name: "factory-operations-1",
  pool: "operations",
  provider: "hetzner",
  role: "server",
  ready: true,
  cordoned: false,
  versions: { k3s: "v1.36.2+k3s1", tailscale: "1.102.3", os: "debian-13" },
  bundle: "6117ec7f00000000",
  etcdMember: true,
  machine: "9000000001",
};
const workshop = (id: string, enrollment: DeclaredNode["enrollment"]): DeclaredNode => ({
  ...server,
  name: `factory-workshop-${id}`,
  pool: "workshop",
  id,
  provider: "onprem",
  role: "agent",
  enrollment,
  meshName: `factory-workshop-${id}.factory.ts.net`,
});

const facts: StatusFacts = {
  environment: "factory",
  declared: [server],
  running: [running],
  members: [{ node: "factory-operations-1", healthy: true }],
  binaries: { k3s: { version: "v1.36.2+k3s1", sha256: SUM }, tailscale: { version: "1.102.3", sha256: SUM } },
  bundles: new Map([["factory-operations-1.factory.ts.net", "6117ec7f00000000"]]),
  replacing: undefined,
  flag: "",
};

const rowsOf = (changes: Partial<StatusFacts>) => {
  const { verdict, nodes } = statusOf({ ...facts, ...changes });
  return { verdict, nodes: nodes.map(({ name, state, behind, command }) => ({ name, state, behind, command })) };
};

const name = "factory-operations-1";

test("a node that is ready and runs what is asked for needs nothing", () => {
  expect(rowsOf({})).toEqual({ verdict: "pass", nodes: [{ name, state: "ready", behind: [], command: null }] });
});

test.each([
  {
    what: "an older release",
    changes: { running: [{ ...running, versions: { k3s: "v1.35.6+k3s1", tailscale: "1.102.3" } }] },
    expected: { state: "ready", behind: ["k3s v1.36.2+k3s1"], command: "npm run upgrade -- factory" },
  },
  {
    what: "an older bundle",
    changes: { running: [{ ...running, bundle: "0000000000000000" }] },
    expected: { state: "ready", behind: ["bundle 6117ec7f00000000"], command: "npm run up -- factory" },
  },
  {
    what: "a node that takes no pods",
    changes: { running: [{ ...running, cordoned: true }] },
    expected: { state: "cordoned", behind: [], command: null },
  },
  {
    what: "a replacement that was interrupted, in a rehearsal",
    changes: { running: [{ ...running, cordoned: true }], replacing: name, flag: " --rehearse" },
    expected: { state: "cordoned", behind: [], command: `npm run replace -- factory ${name} --rehearse` },
  },
  {
    what: "a node that is dead",
    changes: { running: [{ ...running, ready: false }] },
    expected: { state: "not-ready", behind: [], command: `npm run replace -- factory ${name}` },
  },
  {
    what: "a node that nobody has seen",
    changes: { running: [], members: [] },
    expected: { state: "absent", behind: [], command: "npm run up -- factory" },
  },
])("$what is a finding, with the command that helps", ({ changes, expected }) => {
  expect(rowsOf(changes)).toEqual({ verdict: "findings", nodes: [{ name, ...expected }] });
});

test("a member of etcd that does not decide is a finding", () => {
  expect(rowsOf({ members: [{ node: name, healthy: false }] }).verdict).toBe("findings");
});

test("an on-prem node that is not there yet, or no more, is none", () => {
  const declared = [workshop("a", "declared"), workshop("b", "lost")];
  expect(rowsOf({ declared, running: [], members: [] })).toEqual({
    verdict: "pass",
    nodes: [
      {
        name: "factory-workshop-a",
        state: "declared",
        behind: [],
        command: "npm run enroll -- factory factory-workshop-a",
      },
      { name: "factory-workshop-b", state: "lost", behind: [], command: null },
    ],
  });
});

test("what runs and is in no pool is shown, unless a group has made it", () => {
  const burst: NodeState = { ...running, name: "ip-10-20-0-11", pool: "burst", provider: "aws", role: "agent" };
  const left: NodeState = { ...running, name: "factory-old-1", pool: "old", role: "agent" };
  const { nodes } = rowsOf({ running: [running, burst, left] });
  expect(nodes.map(({ state, command }) => [state, command])).toEqual([
    ["ready", null],
    ["ready", null],
    ["unlisted", "npm run up -- factory"],
  ]);
});

test("the table fits a terminal and ends with what to do", () => {
  const declared = [server, workshop("a", "declared")];
  const report = statusOf({ ...facts, declared, running: [{ ...running, versions: { k3s: "v1.35.6+k3s1" } }] });
  const table = toTable(report, { colour: false });
  expect(table.split("\n").filter((line) => line.length > 100)).toEqual([]);
  expect(table).toBe(`factory: 2 nodes, not all as they should be

  node                      role    state     k3s          tailscale vault   bundle   etcd
operations (hetzner)
  factory-operations-1      server  ready     v1.35.6+k3s1 -         -       6117ec7f healthy
workshop (onprem)
  factory-workshop-a        agent   declared  -            -         -       -        -

  factory-operations-1 is behind: k3s v1.36.2+k3s1: npm run upgrade -- factory
  factory-workshop-a is declared: npm run enroll -- factory factory-workshop-a
`);
});
