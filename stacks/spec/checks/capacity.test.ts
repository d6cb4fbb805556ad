import { describe, expect, test } from "vitest";
import { addBurstPool, hetznerPool, trialFacts } from "../../testdata/trial.ts";
import { capacity, demandOf } from "./capacity.ts";
import { firstFit, type Pod } from "./first-fit.ts";
import { teamQuota } from "./quota.ts";

const pod = (name: string, memoryMiB: number, cpu = 1, gpus = 0): Pod => ({
  name,
  workload: name,
  memoryMiB,
  cpu,
  gpus,
});

describe("first fit", () => {
  test("places the largest first, so that small pods fill what is left", () => {
    const pods = [pod("small", 200), pod("large", 900), pod("middle", 800), pod("small", 100)];
    const { nodes, homeless } = firstFit(pods, 2, { memoryMiB: 1000, cpu: 8, gpus: 0 });
    expect(nodes.map((node) => node.pods.map(({ memoryMiB }) => memoryMiB))).toEqual([
      [900, 100],
      [800, 200],
    ]);
    expect(homeless).toEqual([]);
  });

  test("a pod larger than any node is homeless although the pool as a whole has the memory", () => {
    const { homeless } = firstFit([pod("large", 1001)], 4, { memoryMiB: 1000, cpu: 8, gpus: 0 });
    expect(homeless.map(({ name }) => name)).toEqual(["large"]);
  });

  test("a daemon takes its part of every node before anything else", () => {
    const room = { memoryMiB: 1000, cpu: 8, gpus: 0 };
    const { nodes, homeless } = firstFit([pod("a", 800), pod("b", 800), pod("c", 200)], 2, room, [pod("agent", 200)]);
    expect(nodes.map((node) => node.pods.map(({ name }) => name))).toEqual([
      ["agent", "a"],
      ["agent", "b"],
    ]);
    expect(homeless.map(({ name }) => name)).toEqual(["c"]);
    expect(firstFit([], 2, room, [pod("agent", 1001)]).homeless.map(({ name }) => name)).toEqual(["agent"]);
  });

  test("cores and GPUs count as memory does", () => {
    const room = { memoryMiB: 1000, cpu: 2, gpus: 1 };
    expect(firstFit([pod("a", 1, 1, 1), pod("b", 1, 1, 1)], 1, room).homeless.map(({ name }) => name)).toEqual(["b"]);
    expect(firstFit([pod("a", 1, 2), pod("b", 1, 0.1)], 1, room).homeless.map(({ name }) => name)).toEqual(["b"]);
  });
});

/** Ollama with one model of a size, on an inference pool of 16 GiB nodes. */
const withWeights = (weightsGiB: number, nodes: number[] = [1]) => [
  ...capacity(
    trialFacts((facts) => {
      Object.assign(facts.models["small"] ?? {}, { weightsGiB, contextTokens: 1024, contextKiBPerToken: 1 });
      hetznerPool(facts, "inference").nodes = nodes;
    }),
  ),
];

test("a model fits to the last mebibyte that system, proxy and preload leave of a node", () => {
  // 16,384 - system 350 - mesh 40 - k3s agent 275 - LiteLLM 1,024 - preload 128 - Ollama 512 - context 1 = 14,054 MiB
  expect(withWeights(14_054 / 1024)).toEqual([]);
  expect(withWeights(14_055 / 1024)).toEqual([
    {
      path: ["workloads", "ollama"],
      atKey: true,
      got: [
        "no room on pool inference for ollama-preload (0.1); the largest asks for 0.1 GiB and 0.1 cores",
        "node  GiB   system  free  free cores  pods (GiB each)",
        "1     16.0  0.6     0.1   5.5         ollama (14.2), litellm (1.0)",
      ].join("\n"),
      expected: "pods that fit on 1 node of 15.4 GiB and 8 cores",
      fix: "ask for less (worked out in components/workloads/ollama.ts), choose a larger type, or add a node to the pool",
    },
  ]);
});

test("a second node takes what the first has no room for", () => {
  expect(withWeights(14.8)).toHaveLength(1);
  expect(withWeights(14.8, [1, 2])).toEqual([]);
});

test("a server with Vault leaves less than an agent without", () => {
  const facts = trialFacts((spoilt) => {
    Object.assign(spoilt.workloads["ollama"] ?? {}, { pool: "operations" });
    Object.assign(spoilt.models["small"] ?? {}, { weightsGiB: 6 });
  });
  // 8,192 - 350 - 40 - 1,606 - 256 = 5,940 MiB
  expect([...capacity(facts)].map(({ expected }) => expected)).toEqual([
    "pods that fit on 1 node of 5.8 GiB and 4 cores",
  ]);
});

test("a burst pool offers its maximum of the smallest type, an on-prem pool its hardware", () => {
  const on = (pool: string, spoil: number) =>
    [
      ...capacity(
        trialFacts((facts) => {
          addBurstPool(facts);
          Object.assign(facts.workloads["ollama"] ?? {}, { pool });
          Object.assign(facts.models["small"] ?? {}, { weightsGiB: spoil });
        }),
      ),
    ].map(({ expected }) => expected);
  expect(on("burst", 2000)).toEqual([]);
  expect(on("burst", 2048)).toEqual(["pods that fit on 1 node of 2047.4 GiB, 192 cores and 8 GPUs"]);
  expect(on("workshop", 62)).toEqual([]);
  expect(on("workshop", 63)).toEqual(["pods that fit on 1 node of 63.4 GiB and 16 cores"]);
});

test("workers that an operator adds while there is work need their place at their most", () => {
  const ray = { kind: "ray", team: "assistants", pool: "workshop", dataClass: "internal", workerMemoryGiB: 20 };
  const shortages = (workers: number) =>
    [...capacity(trialFacts((facts) => void Object.assign(facts.workloads, { ray: { ...ray, workers } })))].map(
      ({ got }) => got?.split("\n")[0],
    );
  expect(shortages(2)).toEqual([]);
  expect(shortages(4)).toEqual([
    "no room on pool workshop for ray-workers (20.0), ray (5.0); the largest asks for 20.0 GiB and 4 cores",
  ]);
});

test("an agent of every node takes its part of each pool of the cluster, and of no team's quota", () => {
  const facts = trialFacts((spoilt) => {
    Object.assign(spoilt.workloads, {
      nodes: { kind: "node-exporter", team: "assistants", pool: "operations", dataClass: "internal", everyPool: true },
    });
  });
  const demands = Object.entries(facts.pools).map(([name, pool]) => [
    name,
    demandOf(facts, name, pool)?.daemons.map((daemon) => [daemon.name, daemon.memoryMiB]),
  ]);
  expect(demands).toEqual(Object.keys(facts.pools).map((name) => [name, [["nodes", 32]]]));
  expect([...teamQuota(facts)]).toEqual([...teamQuota(trialFacts())]);
});

test("what a team's shares reserve comes on top of what its workloads use", () => {
  const of = (gpus: number) =>
    [
      ...teamQuota(
        trialFacts((facts) => {
          addBurstPool(facts);
          const ray = { kind: "ray", team: "assistants", pool: "workshop", dataClass: "internal", workerGpus: 1 };
          Object.assign(facts.workloads, { ray: { ...ray, workers: 2, workerMemoryGiB: 1 } });
          const roomy = { cpu: 100, memoryGiB: 1000, storageGiB: 1000, pods: 100 };
          Object.assign(facts.teams["assistants"] ?? {}, { quota: { ...roomy, gpus }, shares: { burst: 0.5 } });
        }),
      ),
    ].map(({ path, got, expected }) => [path.join("."), got, expected]);
  expect(of(6)).toEqual([]);
  expect(of(5)).toEqual([
    [
      "teams.assistants.quota.gpus",
      "5, while the team's workloads ask for 2 and its shares reserve 4 more",
      "at least 6",
    ],
  ]);
});

test("a team's quota holds its workloads exactly, and limits of memory count", () => {
  const quota = { cpu: 2.6, memoryGiB: 5.0625, storageGiB: 30, gpus: 0, pods: 3 };
  const of = (change: Partial<typeof quota>) =>
    [
      ...teamQuota(trialFacts((facts) => void Object.assign(facts.teams["assistants"]?.quota ?? {}, quota, change))),
    ].map(({ path, got }) => [path.join("."), got]);
  expect(of({})).toEqual([]);
  expect(of({ cpu: 2.5, memoryGiB: 5, storageGiB: 29, pods: 2 })).toEqual([
    ["teams.assistants.quota.cpu", "2.5, while the team's workloads ask for 2.6"],
    ["teams.assistants.quota.memoryGiB", "5, while the team's workloads ask for 5.07"],
    ["teams.assistants.quota.storageGiB", "29, while the team's workloads ask for 30"],
    ["teams.assistants.quota.pods", "2, while the team's workloads ask for 3"],
  ]);
});
