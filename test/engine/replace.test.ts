import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse, parseDocument } from "yaml";
import { TwinNodeControl } from "../../operations/nodes/control-twin.ts";
import { sessionEngine } from "../../operations/nodes/replace/engine.ts";
import { ReplacementLedger } from "../../operations/nodes/replace/ledger.ts";
import { componentOf, prepare } from "../../operations/nodes/replace/prepare.ts";
import { replaceNode } from "../../operations/nodes/replace/replace.ts";
import type { Step } from "../../operations/nodes/replace/steps.ts";
import { replaceReport } from "../../operations/nodes/replace/report.ts";
import { up } from "../../operations/up.ts";
import type { OperationOptions } from "../../sandbox/session/engine.ts";
import { openSession, type Session } from "../../sandbox/session/session.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { readWorld } from "../../sandbox/twin/world/reader.ts";
import { loadEnvironment, type Environment } from "../../stacks/environment-file.ts";
import { Trial } from "./trial.ts";

// The nodes of the sandbox, with three servers, a burst node and a node outside the cluster; one session for all of it.
let trial: Trial;
let environment: Environment;
let session: Session;
beforeAll(async () => {
  trial = new Trial("replace");
  edit(trial.file, (document) => {
    const pools = ["config", "splitfleet:pools"];
    document.setIn([...pools, "operations", "nodes"], [1, 2, 3]);
    document.setIn([...pools, "operations", "protect"], true);
    document.setIn([...pools, "inference", "nodes"], [1]);
    document.setIn([...pools, "burst", "minimum"], 1);
    const box = { kind: "hetzner", site: "falkenstein", subnet: "10.10.3.0/24", nodes: [1], serverTypes: ["cpx32"] };
    const place = { role: "operations", cluster: "none", dataClass: "internal" };
    document.setIn([...pools, "box"], document.createNode({ ...box, ...place }));
    for (const section of ["workloads", "models"]) document.setIn(["config", `splitfleet:${section}`], {});
  });
  edit(path.join(trial.folder, `${trial.name}.lock.yaml`), (document) => {
    document.setIn(["pools", "box"], document.getIn(["pools", "operations"]));
  });
  environment = await loadEnvironment(trial.file);
  const pulumi = await resolveTool("pulumi");
  session = await openSession({ root: trial.root, environment, pulumi, node: process.execPath });
  const { exitCode, output } = await up(session);
  expect(exitCode, output).toBe(0);
}, 120_000);
afterAll(async () => {
  await session.close();
  trial[Symbol.dispose]();
});

function edit(file: string, change: (document: ReturnType<typeof parseDocument>) => void): void {
  const document = parseDocument(readFileSync(file, "utf8"));
  change(document);
  writeFileSync(file, document.toString());
}

/** Does what the verb does, in this process. @returns the steps that were begun, or why there are none */
async function replace(node: string, options: OperationOptions = {}): Promise<readonly string[]> {
  const parts = {
    control: new TwinNodeControl(trial.marker, environment),
    engine: sessionEngine(session, options),
    ledger: new ReplacementLedger(trial.marker),
  };
  const { beginning, report } = await prepare(environment, parts, { node, deleteData: ["all"], today: "2026-11-21" });
  if (report.verdict === "refused") return report.refusals;
  const begun: Step[] = [];
  await replaceNode("done" in beginning ? beginning : parts.ledger.begin(beginning), {
    ...parts,
    component: componentOf(environment.name, beginning.node),
    signal: new AbortController().signal,
    onStep: (step) => void begun.push(step),
    onDone: () => undefined,
  });
  return begun;
}

/** Kills the engine when it begins to make the server anew. */
function killedAtTheServer(): OperationOptions {
  const kill = new AbortController();
  return {
    interrupt: { finish: new AbortController().signal, kill: kill.signal },
    onEvent: ({ resourcePreEvent: seen }) => {
      if (seen?.metadata.type.endsWith(":Server") === true && seen.metadata.op !== "same") kill.abort();
    },
  };
}

/** Ids of what resources have made in the world, by the last part of the URN. */
const world = (): Record<string, string> =>
  Object.fromEntries(
    readWorld(trial.marker).flatMap(({ urn, id }) => (urn === "" ? [] : [[urn.split("::").at(-1) ?? "", id]])),
  );

const changed = (before: Record<string, string>): readonly string[] => {
  const after = world();
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => before[key] !== after[key]);
};

const isReady = async (name: string): Promise<boolean> =>
  (await new TwinNodeControl(trial.marker, environment).nodes()).some((node) => node.name === name && node.ready);

it("makes an agent's server anew with a key of its own, and no other object", async () => {
  const before = world();
  await replace("inference-1");
  expect(changed(before).toSorted()).toEqual(["inference-1-attachment", "inference-1-join-key", "inference-1-server"]);
  const objects = readWorld(trial.marker);
  const userData = (parse(String(objects.find(({ id }) => id === world()["inference-1-server"])?.inputs["userData"])) ??
    {}) as { write_files: { path: string; content: string }[] };
  const key = userData.write_files.find((file) => file.path === "/etc/splitfleet/mesh-key")?.content ?? "";
  expect(key).toContain(`tskey-auth-${world()["inference-1-join-key"] ?? "none"}-`);
  expect(await isReady(`${trial.name}-inference-1`)).toBe(true);
});

it("makes a protected server anew after the engine was killed at it, and protects it again", async () => {
  const before = world();
  await expect(replace("operations-1", killedAtTheServer())).rejects.toThrow("create has failed");
  expect(await replace("operations-1")).toEqual(["create", "admit", "wait-ready", "uncordon"]);
  expect(changed(before)).toContain("operations-1-server");
  const servers = readWorld(trial.marker).filter(({ urn }) => urn.endsWith("::operations-1-server"));
  expect(servers).toHaveLength(1);
  const isProtected = session
    .state()
    .resources?.filter(({ urn, protect }) => protect === true && /::operations-\d-server$/.test(urn));
  expect(isProtected?.map(({ urn }) => urn.split("::").at(-1)).toSorted()).toEqual(
    [1, 2, 3].map((number) => `operations-${number}-server`),
  );
  const members = await new TwinNodeControl(trial.marker, environment).etcdMembers();
  expect(members.map(({ healthy }) => healthy)).toEqual([true, true, true]);
});

it("makes a node outside the cluster anew", async () => {
  const before = world();
  expect(await replace("box-1")).toEqual(["stop", "delete-device", "create", "wait-ready"]);
  expect(changed(before)).toContain("box-1-server");
  expect(await isReady(`${trial.name}-box-1`)).toBe(true);
});

it("ends a burst instance, whose group launches another", async () => {
  const nodes = () => new TwinNodeControl(trial.marker, environment).nodes();
  const burst = (await nodes()).find(({ pool }) => pool === "burst");
  const begun = await replace(burst?.name ?? "");
  expect(begun).toEqual(["cordon", "drain", "delete-node", "delete-device", "terminate", "wait-successor"]);
  const [successor, ...others] = (await nodes()).filter(({ pool }) => pool === "burst");
  expect(others).toEqual([]);
  expect(successor?.ready).toBe(true);
  expect(successor?.machine).not.toBe(burst?.machine);
});

it("by the verb: removes an on-prem node, and names what brings it back", async () => {
  const args = [trial.name, "workshop-a", "--file", trial.file, "--rehearse", "--yes", "--json"];
  const { exitCode, stdout, stderr } = await trial.run("replace", ...args);
  expect(exitCode, stderr).toBe(0);
  const { verdict, next } = replaceReport.parse(JSON.parse(stdout));
  expect({ verdict, next }).toEqual({
    verdict: "removed",
    next: `npm run enroll -- ${trial.name} ${trial.name}-workshop-a`,
  });
});

it("refuses to take etcd's majority, and touches nothing", async () => {
  const before = world();
  await new TwinNodeControl(trial.marker, environment).stop(`${trial.name}-operations-3`);
  const [refusal] = await replace("operations-2");
  expect(refusal).toBe(
    `without ${trial.name}-operations-2, 1 of 2 members of etcd would be healthy and 2 are needed. ` +
      `Bring ${trial.name}-operations-3 back first.`,
  );
  expect(changed(before)).toEqual([]);
});
