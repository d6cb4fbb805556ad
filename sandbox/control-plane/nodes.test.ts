import { join } from "node:path";
import { expect, test } from "vitest";
import { loadEnvironment } from "../../stacks/environment-file.ts";
import { addBurstPool, hetznerPool, trialFacts } from "../../stacks/testdata/trial.ts";
import { burstNode, nodesOf } from "./nodes.ts";

const sandbox = await loadEnvironment(join(import.meta.dirname, "../../stacks/Pulumi.sandbox.yaml"));

const namesOf = (facts: ReturnType<typeof trialFacts>): string[] => nodesOf(facts, facts.lock).map(({ name }) => name);

test("the sandbox has a server, two inference nodes and a GPU node, and no burst node before it is asked for", () => {
  expect(nodesOf(sandbox.spec, sandbox.lock).map(({ name, pool }) => `${pool}: ${name}`)).toEqual([
    "operations: sandbox-operations-1",
    "inference: sandbox-inference-1",
    "inference: sandbox-inference-2",
    "workshop: sandbox-workshop-a",
  ]);
});

test("pods get what the machine has, less the system, the mesh, k3s and Vault", () => {
  const disk = { capacity: 163_840, allocatable: 155_648 };
  const [server, inference, , workshop] = nodesOf(sandbox.spec, sandbox.lock);
  expect(server?.capacity).toEqual({ cpu: 4, memoryMiB: 8192, ephemeralStorageMiB: disk.capacity, gpus: 0, pods: 110 });
  // 8,192 - system 350 - mesh 40 - k3s server 1,606 - Vault 256
  expect(server?.allocatable).toEqual({ ...server?.capacity, memoryMiB: 5940, ephemeralStorageMiB: disk.allocatable });
  // 16,384 - system 350 - mesh 40 - k3s agent 275
  expect(inference?.allocatable).toMatchObject({ cpu: 8, memoryMiB: 15_719, ephemeralStorageMiB: 311_296, gpus: 0 });
  // 65,536 - 665, as every agent
  expect(workshop?.allocatable).toMatchObject({ cpu: 16, memoryMiB: 64_871, ephemeralStorageMiB: 972_800, gpus: 1 });
});

test("a node offers its GPUs as its pool shares them, and keeps of its memory what a GPU without its own takes", () => {
  const offered = (gpu: object, architecture: "amd64" | "arm64" = "amd64") => {
    const { spec, lock } = structuredClone({ spec: sandbox.spec, lock: sandbox.lock });
    const { workshop } = spec.pools;
    if (workshop?.kind !== "onprem") throw new Error("the sandbox has no workshop");
    const card = { model: "NVIDIA-A100-SXM4-80GB", count: 2, memoryGiB: 80, sharing: "whole" } as const;
    workshop.hardware = { ...workshop.hardware, architecture, gpu: { ...card, ...gpu } };
    const node = nodesOf(spec, lock).at(-1);
    const { memoryMiB, gpus, slices } = node?.allocatable ?? {};
    return { architecture: node?.architecture, memoryMiB, gpus, slices };
  };
  const rest = { architecture: "amd64", memoryMiB: 64_871, slices: undefined };
  expect(offered({})).toEqual({ ...rest, gpus: 2 });
  expect(offered({ sharing: "time-slicing", replicas: 4 })).toEqual({ ...rest, gpus: 8 });
  expect(offered({ sharing: "mig", instances: { "3g.40gb": 1, "1g.10gb": 3 } })).toEqual({
    ...rest,
    gpus: 0,
    slices: { "3g.40gb": 2, "1g.10gb": 6 },
  });
  expect(offered({ sharing: "unified", count: 1, memoryGiB: 40 }, "arm64")).toEqual({
    ...rest,
    architecture: "arm64",
    memoryMiB: 64_871 - 40 * 1024,
    gpus: 1,
  });
});

test("a server of a Hetzner pool carries k3s's roles and the fleet's labels", () => {
  const [server] = nodesOf(sandbox.spec, sandbox.lock);
  expect(server).toMatchObject({
    providerId: "splitfleet://sandbox/sandbox-operations-1",
    privateAddress: "10.10.1.11",
    architecture: "amd64",
    kubeletVersion: "v1.36.2+k3s1",
    taints: [],
  });
  expect(server?.labels).toEqual({
    "splitfleet/environment": "sandbox",
    "splitfleet/team": "platform",
    "splitfleet/data-class": "personal",
    "splitfleet/pool": "operations",
    "kubernetes.io/hostname": "sandbox-operations-1",
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": "amd64",
    "topology.kubernetes.io/region": "eu-central",
    "topology.kubernetes.io/zone": "fsn1",
    "node-role.kubernetes.io/control-plane": "true",
    "node-role.kubernetes.io/etcd": "true",
  });
});

test("an on-prem room is a zone of its own, and its nodes are reached by the mesh alone", () => {
  const workshop = nodesOf(sandbox.spec, sandbox.lock).at(-1);
  expect(workshop?.privateAddress).toBeUndefined();
  expect(workshop?.labels).toMatchObject({
    "topology.kubernetes.io/region": "workshop",
    "topology.kubernetes.io/zone": "workshop",
  });
  expect(workshop?.labels).not.toHaveProperty("node-role.kubernetes.io/control-plane");
});

test("a declared on-prem node counts as enrolled, a lost one is gone", () => {
  const facts = trialFacts(({ pools: { workshop } }) => {
    if (workshop?.kind !== "onprem") throw new Error("the trial has no on-prem pool");
    workshop.nodes = { a: { state: "enrolled" }, b: { state: "declared" }, c: { state: "lost" } };
  });
  expect(namesOf(facts)).toEqual(["trial-operations-1", "trial-inference-1", "trial-workshop-a", "trial-workshop-b"]);
});

test("a Hetzner pool outside the cluster has no nodes", () => {
  const facts = trialFacts((spoilt) => (hetznerPool(spoilt, "inference").cluster = "none"));
  expect(namesOf(facts)).toEqual(["trial-operations-1", "trial-workshop-a"]);
});

test("an instance of a burst pool registers with its own id, its zone, the pool's GPUs and taints", () => {
  const taints = [{ key: "splitfleet/burst", value: "true", effect: "NoSchedule" as const }];
  const facts = trialFacts((spoilt) => addBurstPool(spoilt, { minimum: 3, maximum: 3, taints }));
  expect(nodesOf(facts, facts.lock).filter(({ pool }) => pool === "burst")).toEqual([]);
  const instance = { instanceId: "twin-i-01", zone: "eu-north-1b", privateAddress: "10.20.16.11" };
  const node = burstNode(facts, facts.lock, "burst", instance);
  expect(node).toMatchObject({
    name: "twin-i-01",
    providerId: "aws:///eu-north-1b/twin-i-01",
    taints,
    capacity: { cpu: 192, memoryMiB: 2_097_152, gpus: 8 },
  });
  expect(node.labels).toMatchObject({
    "splitfleet/pool": "burst",
    "topology.kubernetes.io/region": "eu-north-1",
    "topology.kubernetes.io/zone": "eu-north-1b",
  });
});

test("a pool that the lock does not know is named with the way out", () => {
  const facts = trialFacts(({ lock }) => delete lock.pools["inference"]);
  expect(() => namesOf(facts)).toThrow("the lock's pools have no entry inference; run `npm run resolve`");
});
