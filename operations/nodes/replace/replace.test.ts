import path from "node:path";
import { describe, expect, test } from "vitest";
import { type Environment, loadEnvironment } from "../../../stacks/environment-file.ts";
import type { NodeControl } from "../control.ts";
import { TwinNodeControl } from "../control-twin.ts";
import { TestFleet, withNodes } from "../testing.ts";
import { ReplacementLedger } from "./ledger.ts";
import { componentOf, prepare } from "./prepare.ts";
import { replaceNode } from "./replace.ts";
import type { Step } from "./steps.ts";

const STACKS = path.join(import.meta.dirname, "../../../stacks");
const sandbox = await loadEnvironment(path.join(STACKS, "Pulumi.sandbox.yaml"));
const starter = await loadEnvironment(path.join(STACKS, "Pulumi.starter.yaml"));
const threeServers = withNodes(sandbox, "operations", [1, 2, 3]);

interface Run {
  /** A method of the control that fails once. */
  readonly fails?: keyof NodeControl;
  readonly deleteData?: readonly string[];
}

/** Everything that a verb does, in this process. @returns the steps that were begun, and the verdict */
async function run(environment: Environment, fleet: TestFleet, node: string, { fails, deleteData = [] }: Run = {}) {
  const control = new TwinNodeControl(fleet.marker, environment);
  const ledger = new ReplacementLedger(fleet.marker);
  const { engine } = fleet;
  const question = { node, deleteData, today: "2026-11-21" };
  const { beginning, report } = await prepare(environment, { control, engine, ledger }, question);
  if (report.verdict === "refused") return { begun: [], refusals: report.refusals };
  const begun: Step[] = [];
  const parts = {
    control: fails === undefined ? control : failing(control, fails),
    engine,
    ledger,
    component: componentOf(environment.name, beginning.node),
    signal: new AbortController().signal,
    onStep: (step: Step) => void begun.push(step),
    onDone: () => undefined,
  };
  await replaceNode("done" in beginning ? beginning : ledger.begin(beginning), parts);
  return { begun, refusals: [] };
}

const STEPS_OF_A_SERVER: readonly Step[] = [
  "cordon",
  "drain",
  "leave-etcd",
  "stop",
  "delete-node",
  "delete-device",
  "create",
  "admit",
  "wait-ready",
  "uncordon",
];
const INTERRUPTED_AT = {
  cordon: 0,
  drain: 1,
  removeEtcdMember: 2,
  stop: 3,
  deleteNode: 4,
  deleteMeshDevice: 5,
  admit: 7,
  waitReady: 8,
  uncordon: 9,
};

/** The control, but for one method, whose call takes effect and whose answer is lost. */
const failing = (control: NodeControl, method: keyof NodeControl): NodeControl =>
  new Proxy(control, {
    get: (target, name) => {
      const found: unknown = Reflect.get(target, name);
      if (typeof found !== "function") return found;
      return async (...args: unknown[]): Promise<unknown> => {
        const answer: unknown = await Reflect.apply(found, target, args);
        if (name === method) throw new Error("the answer was lost");
        return answer;
      };
    },
  });

const nodesOf = async (fleet: TestFleet, environment: Environment) =>
  (await new TwinNodeControl(fleet.marker, environment).nodes()).map(({ name, ready, cordoned }) =>
    [name, ready ? "ready" : "not ready", ...(cordoned ? ["cordoned"] : [])].join(" "),
  );

describe("each kind of node", () => {
  test("an agent is drained, removed, created anew and takes pods again", async () => {
    using fleet = new TestFleet(sandbox);
    const before = fleet.servers;
    const { begun } = await run(sandbox, fleet, "inference-2");
    expect(begun).toEqual([
      "cordon",
      "drain",
      "stop",
      "delete-node",
      "delete-device",
      "create",
      "admit",
      "wait-ready",
      "uncordon",
    ]);
    expect(fleet.servers["sandbox-inference-2"]).not.toBe(before["sandbox-inference-2"]);
    expect(fleet.servers["sandbox-inference-1"]).toBe(before["sandbox-inference-1"]);
    expect(await nodesOf(fleet, sandbox)).toEqual([
      "sandbox-inference-1 ready",
      "sandbox-inference-2 ready",
      "sandbox-operations-1 ready",
      "sandbox-workshop-a ready",
    ]);
  });

  test("a server leaves etcd before it is stopped, and joins a cluster that runs", async () => {
    using fleet = new TestFleet(threeServers);
    // The first in the file founds the cluster: its replacement must not found a second one.
    const { begun } = await run(threeServers, fleet, "operations-1", { deleteData: ["all"] });
    expect(begun.slice(0, 6)).toEqual(["cordon", "drain", "leave-etcd", "stop", "delete-node", "delete-device"]);
    const members = await new TwinNodeControl(fleet.marker, threeServers).etcdMembers();
    expect(members).toEqual([1, 2, 3].map((number) => ({ node: `sandbox-operations-${number}`, healthy: true })));
  });

  test("a node of Docker Compose is in no cluster that it could leave", async () => {
    using fleet = new TestFleet(starter);
    const { begun } = await run(starter, fleet, "starter-inference-1", { deleteData: ["all"] });
    expect(begun).toEqual(["stop", "delete-device", "create", "wait-ready"]);
    expect(await nodesOf(fleet, starter)).toEqual(["starter-inference-1 ready", "starter-operations-1 ready"]);
  });

  test("an on-prem node is removed; nobody can create it", async () => {
    using fleet = new TestFleet(sandbox);
    const { begun } = await run(sandbox, fleet, "workshop-a");
    expect(begun).toEqual(["cordon", "drain", "stop", "delete-node", "delete-device"]);
    expect(await nodesOf(fleet, sandbox)).not.toContain("sandbox-workshop-a ready");
  });

  test("a node that is dead has no pods that could leave, and is made anew all the same", async () => {
    using fleet = new TestFleet(sandbox);
    await new TwinNodeControl(fleet.marker, sandbox).stop("sandbox-inference-1");
    const { begun } = await run(sandbox, fleet, "inference-1");
    expect(begun).toEqual(["cordon", "delete-node", "delete-device", "create", "admit", "wait-ready", "uncordon"]);
  });
});

describe("interrupted", () => {
  const INTERRUPTED = [
    "cordon",
    "drain",
    "removeEtcdMember",
    "stop",
    "deleteNode",
    "deleteMeshDevice",
    "admit",
    "waitReady",
    "uncordon",
  ] as const satisfies readonly (keyof NodeControl)[];

  test.each(INTERRUPTED)("after %s, the next run goes on there, and the node is replaced once", async (fails) => {
    using fleet = new TestFleet(threeServers);
    const before = fleet.servers;
    const interrupted = run(threeServers, fleet, "operations-2", { fails, deleteData: ["all"] });
    await expect(interrupted).rejects.toThrow("the answer was lost");
    const { begun } = await run(threeServers, fleet, "operations-2");
    expect(begun).toEqual(STEPS_OF_A_SERVER.slice(INTERRUPTED_AT[fails]));
    expect(fleet.servers["sandbox-operations-2"]).not.toBe(before["sandbox-operations-2"]);
    expect(Object.keys(fleet.servers)).toHaveLength(5);
    expect(await nodesOf(fleet, threeServers)).toContain("sandbox-operations-2 ready");
  });

  test("between two steps, another node has to wait", async () => {
    using fleet = new TestFleet(sandbox);
    await expect(run(sandbox, fleet, "inference-1", { fails: "drain" })).rejects.toThrow("drain has failed");
    await expect(run(sandbox, fleet, "inference-2")).rejects.toThrow(
      "the replacement of sandbox-inference-1 has begun and not ended. Go on with it first: " +
        "`npm run replace -- sandbox sandbox-inference-1`.",
    );
  });
});

describe("refused", () => {
  test("the only server: the cluster would be gone with it", async () => {
    using fleet = new TestFleet(sandbox);
    const { refusals } = await run(sandbox, fleet, "operations-1", { deleteData: ["all"] });
    expect(refusals.map((refusal) => refusal.split(":")[0])).toEqual([
      "sandbox-operations-1 is the only member of etcd",
      "the disruption budget team-platform/egress lets team-platform/egress-1 not leave",
    ]);
  });

  test("a server without which etcd has no majority", async () => {
    using fleet = new TestFleet(threeServers);
    await new TwinNodeControl(fleet.marker, threeServers).stop("sandbox-operations-3");
    const { refusals } = await run(threeServers, fleet, "operations-1", { deleteData: ["all"] });
    expect(refusals).toEqual([
      "without sandbox-operations-1, 1 of 2 members of etcd would be healthy and 2 are needed. " +
        "Bring sandbox-operations-3 back first.",
      "sandbox-operations-3, of the same pool operations, is not ready: two nodes would be away at once. " +
        "Bring it back first: `npm run replace -- sandbox sandbox-operations-3`, or uncordon it.",
    ]);
  });

  test("data without a backup, unless it is given up by name", async () => {
    using fleet = new TestFleet(starter);
    const { refusals } = await run(starter, fleet, "inference-1");
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toContain("data without any backup is on its disk: ");
  });

  test("a name that no pool has, with the nearest that one has", async () => {
    using fleet = new TestFleet(sandbox);
    await expect(run(sandbox, fleet, "inferense-1")).rejects.toThrow(
      'sandbox has no node "inferense-1". Did you mean inference-1?',
    );
  });
});

test("protection is lifted for one node alone, and put back", async () => {
  using fleet = new TestFleet(sandbox, { isProtected: true });
  await run(sandbox, fleet, "inference-2");
  expect(fleet.protections).toEqual(["unprotect sandbox-inference-2", "protect sandbox-inference-2"]);
});
