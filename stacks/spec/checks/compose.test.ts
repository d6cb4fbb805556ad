import { expect, test } from "vitest";
import { facts as fleet, images } from "../../../components/runtime/compose/testdata/fleet.ts";
import type { Container, Workload } from "../../../components/workloads/contract.ts";
import { planWorkloads } from "../../../components/workloads/plan.ts";
import { hetznerPool, type TrialFacts, trialFacts } from "../../testdata/trial.ts";
import { composeFaults, composeNodes } from "./compose.ts";
import { coolifyPools, coolifyRelease } from "./coolify.ts";

const container: Container = { image: "tool", cpu: { request: 1 }, memoryMiB: { request: 64 }, user: 1000 };

/** What is said of the model server of the fixture, had its definition built this. */
const faults = (workload: Workload): string[] => {
  const planned = planWorkloads(fleet, images).map((each) => (each.name === "ollama" ? { ...each, workload } : each));
  return [...composeFaults(planned)].map(({ got, fix }) => `${got}: ${fix}`);
};

const elsewhere = "in components/workloads/ollama.ts, or run it on a pool in k3s instead of inference";

test("what Docker Compose lacks is said with the definition's file and a way out", () => {
  expect(faults({ replicas: 1, container })).toEqual([]);
  expect(faults({ replicas: { minimum: 1, maximum: 3, by: { kind: "cpu", share: 0.5 } }, container })).toEqual([
    "up to 3 replicas on the one node of a compose project: " +
      `lower \`replicas\` of the entry, or build one where \`context.runtime\` is compose ${elsewhere}`,
  ]);
  expect(faults({ replicas: 1, container: { ...container, gpus: 1 } })).toEqual([
    `a container with GPUs, which no VPS has: leave out \`gpus\` ${elsewhere}`,
  ]);
  expect(
    faults({ replicas: 1, container, clusterAccess: [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }] }),
  ).toEqual([
    "access to the API server, which there is none of on Docker Compose: " +
      `leave it out where \`context.runtime\` is compose ${elsewhere}`,
  ]);
  expect(
    faults({ form: "operated", operator: "kuberay", resources: [], podLabels: {}, replicas: 1, container }),
  ).toEqual([
    "kind ollama as resources of the operator kuberay, which Docker Compose has none of: " +
      `build another form for it ${elsewhere}`,
  ]);
});

test("two workloads of one node that the mesh reaches at the same port", () => {
  const workloads = { ...fleet.workloads, other: fleet.workloads.litellm };
  const all = planWorkloads({ ...fleet, workloads }, images);
  expect([...composeFaults(all)].map(({ path, got }) => [path.join("."), got])).toEqual([
    ["workloads.other.pool", "port 4000/TCP of pool inference, which workload litellm has on the mesh already"],
  ]);
});

const spoilt = (pool: object, spoil: (facts: TrialFacts) => void = () => undefined): TrialFacts =>
  trialFacts((facts) => {
    Object.assign(hetznerPool(facts, "operations"), pool);
    delete facts.workloads["egress"];
    spoil(facts);
  });

test("a pool of Docker Compose has one node", () => {
  const got = (nodes: number[]) =>
    [...composeNodes(spoilt({ cluster: "none", nodes }))].map((complaint) => complaint.got);
  expect(got([1])).toEqual([]);
  expect(got([1, 2])).toEqual(["2 nodes that run Docker Compose"]);
});

test("Coolify has an operations node to itself", () => {
  const alone = { coolify: true, cluster: "none", vault: false };
  const got = (facts: TrialFacts) => [...coolifyPools(facts)].map((complaint) => complaint.got);
  expect(got(spoilt(alone))).toEqual([]);
  expect(got(spoilt({ ...alone, cluster: "server" }))).toEqual(["Coolify beside k3s"]);
  expect(got(spoilt({ ...alone, vault: true }))).toEqual(["Coolify beside Vault"]);
  expect(got(spoilt({ ...alone, role: "inference" }))).toEqual(["Coolify beside inference"]);
  const beside = spoilt(alone, (facts) => Object.assign(facts.workloads["litellm"] ?? {}, { pool: "operations" }));
  expect(got(beside)).toEqual(["operations, where Coolify owns ports 80 and 443 and the memory"]);
});

test("Coolify's installer stands in the lock, and its machine is large enough", () => {
  const got = (facts: TrialFacts) => [...coolifyRelease(facts)].map(({ path, got: found }) => [path.join("."), found]);
  expect(got(spoilt({ coolify: true }))).toEqual([["binaries.coolify", "nothing"]]);
  const small = spoilt({ coolify: true }, ({ lock }) => {
    lock.binaries["coolify"] = { version: "v4.3.11", sha256: { amd64: "0".repeat(64) } };
    Object.assign(lock.pools["operations"] ?? {}, { vcpu: 1, memoryGiB: 2, diskGiB: 40 });
  });
  expect(got(small)).toEqual([
    ["pools.operations.serverTypes", "a machine of 1 core, 2048 MiB and a disk of 40 GiB for Coolify"],
  ]);
});
