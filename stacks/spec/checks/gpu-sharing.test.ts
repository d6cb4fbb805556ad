import { describe, expect, test } from "vitest";
import { ofKind } from "../of-kind.ts";
import type { PoolOf } from "../pools.ts";
import { roomOf } from "../queues.ts";
import { trialFacts, type TrialFacts } from "../../testdata/trial.ts";
import { capacity, podsWithoutRoom } from "./capacity.ts";
import { gpuOffers, gpuRequests, gpuSharing } from "./gpu-sharing.ts";
import { reservedShares } from "./queues.ts";

type Gpu = NonNullable<PoolOf<"onprem">["hardware"]["gpu"]>;

const H100: Gpu = { model: "NVIDIA-H100-80GB-HBM3", count: 2, memoryGiB: 80, sharing: "whole" };

const workshop = (facts: TrialFacts): PoolOf<"onprem"> => {
  const pool = ofKind(facts.pools, "onprem")["workshop"];
  if (pool === undefined) throw new Error("trial.yaml has no workshop");
  return pool;
};

/** The trial with GPUs in the workshop, and a large model on them. */
const withGpus = (gpu: Partial<Gpu>, entry: Record<string, unknown> = {}) =>
  trialFacts((facts) => {
    workshop(facts).hardware.gpu = { ...H100, ...gpu };
    facts.models["large"] = {
      engine: "vllm",
      reference: "example/large",
      weightsGiB: 20,
      contextTokens: 8192,
      contextKiBPerToken: 128,
      tier: "large",
      dataClass: "confidential",
      fallbacks: [],
    };
    const common = { team: "assistants", pool: "workshop", dataClass: "confidential" } as const;
    facts.workloads["vllm"] = Object.assign({ kind: "vllm", ...common }, { model: "large", ...entry });
    facts.workloads["gpus"] = { kind: "nvidia-device-plugin", ...common, team: "platform" };
  });

const GPU = ["pools", "workshop", "hardware", "gpu"];

describe("what a pool says of its GPUs", () => {
  test("whole GPUs, slices of time, instances and unified memory are each said in full", () => {
    for (const gpu of [
      {},
      { sharing: "time-slicing", replicas: 4 },
      { sharing: "mig", instances: { "1g.10gb": 2, "2g.20gb": 1, "3g.40gb": 1 } },
      { sharing: "unified", count: 1, memoryGiB: 48 },
    ] satisfies Partial<Gpu>[]) {
      expect([...gpuSharing(withGpus(gpu))]).toEqual([]);
    }
  });

  test("the field of one kind of sharing goes with no other, and is not left out of its own", () => {
    expect([...gpuSharing(withGpus({ sharing: "time-slicing" }))]).toEqual([
      { path: GPU, atKey: true, got: "sharing: time-slicing without `replicas`", expected: "`replicas`" },
    ]);
    expect([...gpuSharing(withGpus({ replicas: 4 }))]).toEqual([
      { path: [...GPU, "replicas"], atKey: true, got: "it with sharing: whole", expected: "sharing: time-slicing" },
    ]);
  });

  test("a GPU is divided only if it can be, and only into what it has", () => {
    expect([
      ...gpuSharing(withGpus({ model: "NVIDIA-GeForce-RTX-4090", sharing: "mig", instances: { "1g.10gb": 1 } })),
    ]).toEqual([
      {
        path: [...GPU, "sharing"],
        got: "mig on NVIDIA-GeForce-RTX-4090, which can not be divided",
        expected: "whole or time-slicing, or a GPU of components/compute/mig-profiles.ts",
      },
    ]);
    expect([...gpuSharing(withGpus({ sharing: "mig", instances: { "1g.5gb": 1 } }))]).toEqual([
      {
        path: [...GPU, "instances", "1g.5gb"],
        atKey: true,
        got: "a profile that NVIDIA-H100-80GB-HBM3 does not have",
        expected: "1g.10gb, 1g.20gb, 2g.20gb, 3g.40gb, 4g.40gb or 7g.80gb",
      },
    ]);
  });

  test("instances take no more than the GPU has", () => {
    const divided = (instances: Record<string, number>) => [...gpuSharing(withGpus({ sharing: "mig", instances }))];
    expect(divided({ "1g.10gb": 7 })).toEqual([]);
    expect(divided({ "3g.40gb": 2, "1g.10gb": 1 })).toEqual([
      {
        path: [...GPU, "instances"],
        atKey: true,
        got: "instances that take 9 parts of its memory",
        expected: "at most 8 on NVIDIA-H100-80GB-HBM3",
      },
    ]);
    expect(divided({ "2g.20gb": 4 })[0]).toEqual({
      path: [...GPU, "instances", "2g.20gb"],
      got: "4",
      expected: "at most 3 on NVIDIA-H100-80GB-HBM3",
    });
  });

  test("a GPU with the machine's memory is alone and leaves some of it", () => {
    expect([...gpuSharing(withGpus({ sharing: "unified", memoryGiB: 64 }))]).toEqual([
      { path: [...GPU, "count"], got: "2", expected: "1, as the GPU shares the machine's memory" },
      {
        path: [...GPU, "memoryGiB"],
        got: "64 of the machine's 64 GiB",
        expected: "a part of them that leaves some for the system and for pods",
      },
    ]);
  });
});

describe("what pods ask for", () => {
  test("a slice of time is asked for one at a time", () => {
    const sharing = { sharing: "time-slicing", replicas: 2 } as const;
    expect([...gpuRequests(withGpus(sharing))]).toEqual([]);
    expect([...gpuRequests(withGpus(sharing, { gpus: 2 }))].map(({ got }) => got)).toEqual([
      "2 GPUs in one container on pool workshop, which shares each by time",
    ]);
  });

  test("an instance is asked for by a name that the pool offers", () => {
    const mig = { sharing: "mig", instances: { "3g.40gb": 2 } } as const;
    expect([...gpuRequests(withGpus(mig, { gpuSlice: "3g.40gb" }))]).toEqual([]);
    expect([...gpuRequests(withGpus(mig))].map(({ got, expected }) => `${got}: ${expected}`)).toEqual([
      "1 whole GPU on pool workshop, which divides them: a MIG instance: 3g.40gb",
    ]);
    expect([...gpuRequests(withGpus({}, { gpuSlice: "3g.40gb" }))].map(({ expected }) => expected)).toEqual([
      "a pool with sharing: mig",
    ]);
  });

  test("something offers the GPUs that pods ask for", () => {
    expect([...gpuOffers(withGpus({}))]).toEqual([]);
    const facts = withGpus({});
    delete facts.workloads["gpus"];
    expect([...gpuOffers(facts)]).toEqual([
      {
        path: ["workloads", "vllm"],
        atKey: true,
        got: "a need for GPUs of pool workshop, which nothing offers to pods",
        expected: "a workload of kind nvidia-device-plugin on the pool",
        fix: "add one: { kind: nvidia-device-plugin, team: platform, pool: workshop, dataClass: internal }",
      },
    ]);
  });
});

test("no share is reserved of a pool that divides its GPUs: queues would hold its jobs for ever", () => {
  const shared = (gpu: Partial<Gpu>) => {
    const facts = withGpus(gpu);
    Object.assign(facts.teams["assistants"] ?? {}, { shares: { workshop: 1 } });
    Object.assign(facts.teams["assistants"]?.quota ?? {}, { gpus: 8 });
    return [...reservedShares(facts)].map(({ path, got }) => [path.join("."), got]);
  };
  expect(shared({ sharing: "time-slicing", replicas: 2 })).toEqual([]);
  expect(shared({ sharing: "mig", instances: { "1g.10gb": 7 } })).toEqual([
    ["teams.assistants.shares.workshop", "a share of a pool that divides its GPUs, and queues count no MIG instances"],
  ]);
});

test("a queue counts what works today, and no machine that is only declared", () => {
  const facts = withGpus({});
  workshop(facts).nodes = { a: { state: "enrolled" }, b: { state: "declared" }, c: { state: "lost" } };
  expect(roomOf("workshop", workshop(facts), facts.lock)).toEqual({ cpu: 16, memoryMiB: 65_536 - 665, gpus: 2 });
});

describe("what fits", () => {
  const replicas = (gpu: Partial<Gpu>, entry: Record<string, unknown>) =>
    [...capacity(withGpus(gpu, { memoryGiB: 1, cpu: 0.1, ...entry }))].map(({ got }) => got.split("\n")[0]);

  test("a GPU that is shared by time takes as many pods as it has slices", () => {
    expect(replicas({ sharing: "time-slicing", replicas: 2 }, { replicas: 4 })).toEqual([]);
    expect(replicas({ sharing: "time-slicing", replicas: 2 }, { replicas: 5 })).toEqual([
      "no room on pool workshop for vllm (3.0); the largest asks for 3.0 GiB, 0.1 cores and 1 GPU",
    ]);
  });

  test("instances are counted by profile", () => {
    const mig = { sharing: "mig", instances: { "3g.40gb": 1, "2g.20gb": 1 } } as const;
    expect(replicas(mig, { replicas: 2, gpuSlice: "3g.40gb" })).toEqual([]);
    expect(replicas(mig, { replicas: 3, gpuSlice: "3g.40gb" })).toEqual([
      "no room on pool workshop for vllm (3.0); the largest asks for 3.0 GiB, 0.1 cores and 1 MIG instance 3g.40gb",
    ]);
  });

  test("what a GPU without memory of its own may take is not left for pods", () => {
    expect(replicas({ sharing: "unified", count: 1, memoryGiB: 48 }, { memoryGiB: 12 })).toEqual([]);
    expect(replicas({ sharing: "unified", count: 1, memoryGiB: 52 }, { memoryGiB: 12 })).toHaveLength(1);
  });

  test("a lost node never makes an environment unsound, and the pods without room are named", () => {
    const facts = withGpus({}, { memoryGiB: 1, cpu: 0.1 });
    workshop(facts).nodes = { a: { state: "lost" } };
    expect([...capacity(facts)]).toEqual([]);
    expect(podsWithoutRoom(facts, "workshop", workshop(facts))).toEqual(["vllm"]);
    workshop(facts).nodes = { a: { state: "lost" }, b: { state: "enrolled" } };
    expect(podsWithoutRoom(facts, "workshop", workshop(facts))).toEqual([]);
  });
});
