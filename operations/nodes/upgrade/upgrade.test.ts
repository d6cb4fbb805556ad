import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Environment, loadEnvironment } from "../../../stacks/environment-file.ts";
import { type NodeControl, NodeControlError } from "../control.ts";
import { TwinNodeControl } from "../control-twin.ts";
import { TwinMaintenance } from "../maintenance/twin.ts";
import type { Maintenance } from "../maintenance/maintenance.ts";
import { TestFleet, withNodes } from "../testing.ts";
import { UpgradeLedger } from "./ledger.ts";
import { type Component, COMPONENTS, planSystemUpdates, planUpgrades } from "./plan.ts";
import { upgradeNodes } from "./upgrade.ts";

const environment = withNodes(
  await loadEnvironment(path.join(import.meta.dirname, "../../../stacks/Pulumi.sandbox.yaml")),
  "operations",
  [1, 2, 3],
);
const SERVERS = ["sandbox-operations-1", "sandbox-operations-2", "sandbox-operations-3"];
const AGENTS = ["sandbox-inference-1", "sandbox-inference-2", "sandbox-workshop-a"];

/** The environment with another lock. */
function locked(versions: Readonly<Record<string, string>>): Environment {
  const binaries = Object.fromEntries(
    Object.entries(environment.lock.binaries).map(([name, binary]) => [
      name,
      { ...binary, version: versions[name] ?? binary.version },
    ]),
  );
  return { ...environment, lock: { ...environment.lock, binaries } };
}
const NEXT = locked({ k3s: "v1.37.0+k3s1", vault: "1.21.1", tailscale: "1.104.0" });

let fleet: TestFleet;
let control: TwinNodeControl;
let maintenance: TwinMaintenance;
let said: string[];
beforeEach(async () => {
  fleet = new TestFleet(environment);
  await new TwinNodeControl(fleet.marker, environment).nodes();
  control = new TwinNodeControl(fleet.marker, NEXT);
  maintenance = new TwinMaintenance(fleet.marker, control, {
    environment: "sandbox",
    now: () => new Date("2026-11-21T12:00:00Z"),
  });
  said = [];
});
afterEach(() => fleet[Symbol.dispose]());

const faults = (settings: object): void =>
  writeFileSync(path.join(fleet.marker, "faults.json"), JSON.stringify(settings));

async function plan(components: readonly Component[] = COMPONENTS, to = NEXT) {
  const { k3s, vault, tailscale } = to.lock.binaries;
  const [nodes, etcd, members] = [await control.nodes(), await control.etcdMembers(), await maintenance.vaultMembers()];
  const wanted = { k3s: k3s?.version ?? "", vault: vault?.version ?? "", tailscale: tailscale?.version ?? "" };
  return planUpgrades({ nodes, etcd, vault: members, wanted }, components);
}

async function upgrade(
  components: readonly Component[],
  { over = {}, stopAt }: { readonly over?: Partial<Maintenance & NodeControl>; readonly stopAt?: string } = {},
) {
  const stop = new AbortController();
  const bound = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(over, name) ?? Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  return upgradeNodes(await plan(components), {
    control: bound<NodeControl>(control),
    maintenance: bound<Maintenance>(maintenance),
    ledger: new UpgradeLedger(fleet.marker),
    signal: stop.signal,
    onStep: (text) => {
      said.push(text);
      if (text === stopAt) stop.abort();
    },
  });
}
const versions = async (component: "k3s" | "vault" | "tailscale") =>
  Object.fromEntries((await control.nodes()).map(({ name, versions: runs }) => [name, runs[component]]));

test("k3s goes to servers one at a time, then to agents, after a copy of etcd", async () => {
  const done = await upgrade(["k3s"]);
  expect(done.map(({ node }) => node)).toEqual([...SERVERS, ...AGENTS]);
  expect(new Set(Object.values(await versions("k3s")))).toEqual(new Set(["v1.37.0+k3s1"]));
  expect(await maintenance.snapshots()).toEqual([
    { name: "before-v1.37.0-k3s1", environment: "sandbox", takenAt: "2026-11-21T12:00:00.000Z", k3s: "v1.36.2+k3s1" },
  ]);
  expect(said.slice(0, 4)).toEqual([
    "sandbox-operations-1: snapshot before-v1.37.0-k3s1 of etcd",
    "sandbox-operations-1: takes no new pods",
    "sandbox-operations-1: k3s v1.36.2+k3s1 to v1.37.0+k3s1",
    "sandbox-operations-1: k3s v1.37.0+k3s1, healthy",
  ]);
  expect((await control.nodes()).filter(({ cordoned }) => cordoned)).toEqual([]);
  expect(await plan(["k3s"])).toEqual([]);
});

test.each([
  ["v1.38.0+k3s1", "from there to v1.38.0+k3s1 a minor is skipped: go to v1.37.0+k3s1 first. Nothing was upgraded."],
  ["v1.36.1+k3s1", "v1.36.1+k3s1 is older than the v1.36.2+k3s1 that"],
])("refuses k3s %s", async (k3s, words) => {
  await expect(plan(["k3s"], locked({ k3s }))).rejects.toThrow(words);
});

test("refuses an older Vault, by numbers and not by letters", async () => {
  await expect(plan(["vault"], locked({ vault: "1.9.0" }))).rejects.toThrow(
    "vault 1.9.0 of the lock is older than the 1.21.0 that sandbox-operations-1 runs",
  );
});

test("refuses to take a server away from an etcd that would lose its majority", async () => {
  await maintenance.stopServer("sandbox-operations-3");
  await expect(plan(["tailscale"])).rejects.toThrow("Not ready: sandbox-operations-3");
  await maintenance.install("sandbox-operations-3", { component: "k3s", version: "v1.37.0+k3s1" });
  await expect(plan(["k3s"])).rejects.toThrow(
    "etcd has 2 healthy of 3 members and would lose its majority of 2 with one more away. " +
      "Bring sandbox-operations-3 back first. Nothing was upgraded.",
  );
});

test("stops at the node that does not become healthy, which runs what it ran before; the next run goes on there", async () => {
  faults({ failedUpgrades: ["sandbox-operations-2"] });
  await expect(upgrade(["k3s"])).rejects.toThrow(
    "sandbox-operations-2: k3s v1.37.0+k3s1 failed; v1.36.2+k3s1 runs again",
  );
  expect(await versions("k3s")).toMatchObject({
    "sandbox-operations-1": "v1.37.0+k3s1",
    "sandbox-operations-2": "v1.36.2+k3s1",
    "sandbox-operations-3": "v1.36.2+k3s1",
    "sandbox-inference-1": "v1.36.2+k3s1",
  });
  faults({});
  const done = await upgrade(["k3s"]);
  expect(done.map(({ node }) => node)).toEqual([...SERVERS.slice(1), ...AGENTS]);
  expect((await control.nodes()).filter(({ cordoned }) => cordoned)).toEqual([]);
  expect(await maintenance.snapshots()).toHaveLength(1);
});

test("puts back what a node ran when the cluster does not see it ready", async () => {
  const waitReady = () => Promise.reject(new NodeControlError("sandbox-operations-1 does not become ready: NotReady"));
  await expect(upgrade(["k3s"], { over: { waitReady } })).rejects.toThrow(
    "sandbox-operations-1 does not become ready: NotReady, with k3s v1.37.0+k3s1. It runs v1.36.2+k3s1 again and stays cordoned.",
  );
  const [first] = (await control.nodes()).filter(({ name }) => name === SERVERS[0]);
  expect(first).toMatchObject({ cordoned: true, versions: { k3s: "v1.36.2+k3s1" } });
});

test.each(["takeSnapshot", "cordon", "drain", "install", "waitReady", "uncordon"])(
  "goes on after a run that was cut off before %s",
  async (method) => {
    const cut = () => Promise.reject(new Error("killed"));
    await expect(upgrade(["k3s"], { over: { [method]: cut } })).rejects.toThrow("killed");
    await upgrade(["k3s"]);
    expect(new Set(Object.values(await versions("k3s")))).toEqual(new Set(["v1.37.0+k3s1"]));
    expect((await control.nodes()).filter(({ cordoned }) => cordoned)).toEqual([]);
    expect(new UpgradeLedger(fleet.marker).open()).toBeUndefined();
  },
);

test("finishes the node at work when a person stops it", async () => {
  const done = await upgrade(["k3s"], { stopAt: "sandbox-operations-1: takes no new pods" });
  expect(done.map(({ node }) => node)).toEqual(["sandbox-operations-1"]);
  expect((await plan(["k3s"])).map(({ node }) => node)).toEqual([...SERVERS.slice(1), ...AGENTS]);
});

test("leaves a node cordoned that a person had cordoned", async () => {
  await control.cordon("sandbox-inference-1");
  await upgrade(["k3s"]);
  expect((await control.nodes()).filter(({ cordoned }) => cordoned).map(({ name }) => name)).toEqual([
    "sandbox-inference-1",
  ]);
});

test("gives a node back whose pods do not leave", async () => {
  const drain = () => Promise.resolve(["assistants/litellm-0"]);
  await expect(upgrade(["k3s"], { over: { drain } })).rejects.toThrow(
    "assistants/litellm-0 did not leave sandbox-inference-1 in 10 minutes; it takes pods again",
  );
  expect((await control.nodes()).filter(({ cordoned }) => cordoned)).toEqual([]);
});

test("lets the pods of a node stay that is alone in its pool: k3s starts anew without ending them", async () => {
  await upgrade(["k3s"]);
  expect(said).toContain("sandbox-workshop-a: no other node of pool workshop takes its pods; they stay, and run on");
  expect(said.filter((text) => text.endsWith("pods leave"))).toEqual([
    "sandbox-inference-1: pods leave",
    "sandbox-inference-2: pods leave",
  ]);
});

test("Vault goes to those that stand by, and to the one that leads when another one does; each waits to be unsealed", async () => {
  expect((await plan(["vault"])).map(({ node }) => node)).toEqual([SERVERS[1], SERVERS[2], SERVERS[0]]);
  for (const node of [SERVERS[1], SERVERS[2], SERVERS[0]]) {
    await expect(upgrade(["vault"])).rejects.toThrow(`Vault on ${node} runs and is sealed`);
    const others = (await versions("vault"))[SERVERS[0] ?? ""] !== "1.21.1";
    if (others) await expect(plan(["vault"])).rejects.toThrow(`Vault is sealed on ${node}`);
    maintenance.unseal(node ?? "");
  }
  expect(said).toContain("sandbox-operations-1: hands the lead of Vault over");
  expect(await upgrade(["vault"])).toEqual([]);
  expect((await maintenance.vaultMembers()).map(({ active, sealed }) => [active, sealed])).toEqual([
    [false, false],
    [true, false],
    [false, false],
  ]);
});

test("the mesh goes from node to node, with their pods in place", async () => {
  const done = await upgrade(["tailscale"]);
  expect(done.map(({ node }) => node).toSorted()).toEqual([...AGENTS, ...SERVERS].toSorted());
  expect(said.filter((text) => text.endsWith("pods leave"))).toEqual([]);
});

test("the system is updated where a window is open, servers last", async () => {
  const updates = new Map([
    ["sandbox-operations-1", { packages: 3, restart: true }],
    ["sandbox-inference-1", { packages: 0, restart: true }],
    ["sandbox-inference-2", { packages: 0, restart: false }],
  ]);
  const facts = { nodes: await control.nodes(), etcd: await control.etcdMembers() };
  const step = (node: string, pool: string, from: string) => ({ node, pool, component: "os", from, to: "up to date" });
  expect(planSystemUpdates(facts, updates, () => true)).toEqual({
    upgrades: [
      step("sandbox-inference-1", "inference", "0 packages, a restart"),
      step("sandbox-operations-1", "operations", "3 packages, a restart"),
    ],
    waiting: [],
  });
  const { waiting } = planSystemUpdates(facts, updates, (pool) => pool === "inference");
  expect(waiting.map(({ node }) => node)).toEqual(["sandbox-operations-1"]);
});
