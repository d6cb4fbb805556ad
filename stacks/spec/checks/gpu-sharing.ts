import { migGpu, type MigGpu } from "../../../components/compute/mig-profiles.ts";
import { containersOf } from "../../../components/workloads/contract.ts";
import { gpuProfileOf } from "../../../components/workloads/facts.ts";
import type { Complaint } from "../../problems.ts";
import { count, oneOf } from "../../words.ts";
import { ofKind } from "../of-kind.ts";
import type { PoolOf } from "../pools.ts";
import { check } from "./check.ts";
import { planned, WORKLOAD_FACTS } from "./planned.ts";

type Gpu = NonNullable<PoolOf<"onprem">["hardware"]["gpu"]>;

/** How a pool shares its GPUs is said in full, and the GPUs can do it. */
export const gpuSharing = check(["pools"], function* ({ pools }): Iterable<Complaint> {
  for (const [name, { hardware }] of Object.entries(ofKind(pools, "onprem"))) {
    if (hardware.gpu === undefined) continue;
    const path = ["pools", name, "hardware", "gpu"];
    yield* unfitFields(path, hardware.gpu);
    if (hardware.gpu.sharing === "mig") yield* badDivision(path, hardware.gpu);
    if (hardware.gpu.sharing === "unified") yield* badUnion(path, hardware.gpu, hardware.memoryGiB);
  }
});

/** The field that each kind of sharing has of its own. */
const FIELDS = { replicas: "time-slicing", instances: "mig" } as const;

function* unfitFields(path: readonly string[], gpu: Gpu): Iterable<Complaint> {
  for (const [field, sharing] of Object.entries(FIELDS) as [keyof typeof FIELDS, string][]) {
    if ((gpu[field] !== undefined) === (gpu.sharing === sharing)) continue;
    yield gpu.sharing === sharing
      ? { path, atKey: true, got: `sharing: ${sharing} without \`${field}\``, expected: `\`${field}\`` }
      : {
          path: [...path, field],
          atKey: true,
          got: `it with sharing: ${gpu.sharing}`,
          expected: `sharing: ${sharing}`,
        };
  }
}

function* badDivision(path: readonly string[], { model, instances = {} }: Gpu): Iterable<Complaint> {
  const gpu = migGpu(model);
  if (gpu === undefined) {
    yield {
      path: [...path, "sharing"],
      got: `mig on ${model}, which can not be divided`,
      expected: "whole or time-slicing, or a GPU of components/compute/mig-profiles.ts",
    };
    return;
  }
  const unknown = Object.keys(instances).filter((profile) => gpu.profiles[profile] === undefined);
  for (const profile of unknown) {
    yield {
      path: [...path, "instances", profile],
      atKey: true,
      got: `a profile that ${model} does not have`,
      expected: oneOf(Object.keys(gpu.profiles)),
    };
  }
  if (unknown.length === 0) yield* overfull([...path, "instances"], model, gpu, instances);
}

function* overfull(
  path: readonly string[],
  model: string,
  gpu: MigGpu,
  instances: Readonly<Record<string, number>>,
): Iterable<Complaint> {
  for (const [profile, number] of Object.entries(instances)) {
    const most = gpu.profiles[profile]?.most ?? 0;
    if (number > most) yield { path: [...path, profile], got: String(number), expected: `at most ${most} on ${model}` };
  }
  for (const part of ["processors", "memory"] as const) {
    const asked = Object.entries(instances).reduce(
      (sum, [profile, number]) => sum + number * (gpu.profiles[profile]?.[part] ?? 0),
      0,
    );
    if (asked <= gpu[part]) continue;
    yield {
      path,
      atKey: true,
      got: `instances that take ${asked} parts of its ${part}`,
      expected: `at most ${gpu[part]} on ${model}`,
    };
    return;
  }
}

function* badUnion(path: readonly string[], gpu: Gpu, memoryGiB: number): Iterable<Complaint> {
  if (gpu.count !== 1) {
    yield { path: [...path, "count"], got: String(gpu.count), expected: "1, as the GPU shares the machine's memory" };
  }
  if (gpu.memoryGiB >= memoryGiB) {
    yield {
      path: [...path, "memoryGiB"],
      got: `${gpu.memoryGiB} of the machine's ${memoryGiB} GiB`,
      expected: "a part of them that leaves some for the system and for pods",
    };
  }
}

/** Pods ask for GPUs in the way that their pool offers them. */
export const gpuRequests = check(WORKLOAD_FACTS, function* (facts): Iterable<Complaint> {
  const { workloads } = planned(facts);
  for (const { name, entry, workload } of workloads) {
    const profile = gpuProfileOf(facts.pools[entry.pool]);
    for (const { gpus = 0, gpuSlice } of containersOf(workload)) {
      if (gpus === 0) continue;
      const place = { path: ["workloads", name], atKey: true } as const;
      if (gpuSlice === undefined && profile?.kind === "time-slicing" && gpus > 1) {
        yield {
          ...place,
          got: `${count(gpus, "GPU")} in one container on pool ${entry.pool}, which shares each by time`,
          expected: "1: two slices of time may be of the same GPU",
          fix: "ask for one, or choose a pool with whole GPUs",
        };
      } else if (gpuSlice === undefined && profile?.kind === "mig") {
        yield {
          ...place,
          got: `${count(gpus, "whole GPU")} on pool ${entry.pool}, which divides them`,
          expected: `a MIG instance: ${oneOf(Object.keys(profile.instances))}`,
          fix: "set `gpuSlice`, or choose a pool with whole GPUs",
        };
      } else if (gpuSlice !== undefined && (profile?.kind !== "mig" || profile.instances[gpuSlice] === undefined)) {
        yield {
          ...place,
          got: `the MIG instance ${gpuSlice}, which pool ${entry.pool} does not offer`,
          expected: profile?.kind === "mig" ? oneOf(Object.keys(profile.instances)) : "a pool with sharing: mig",
        };
      }
    }
  }
});

/** Where pods ask for GPUs, something offers them: else they would wait for ever. */
export const gpuOffers = check(WORKLOAD_FACTS, function* (facts): Iterable<Complaint> {
  const { workloads } = planned(facts);
  const offered = new Set(
    workloads.flatMap(({ definition, entry }) => (definition.offersGpus === true ? [entry.pool] : [])),
  );
  const asking = workloads.filter(({ workload }) => containersOf(workload).some(({ gpus = 0 }) => gpus > 0));
  for (const [pool, [first]] of Map.groupBy(asking, ({ entry }) => entry.pool)) {
    if (first === undefined || offered.has(pool) || facts.pools[pool] === undefined) continue;
    yield {
      path: ["workloads", first.name],
      atKey: true,
      got: `a need for GPUs of pool ${pool}, which nothing offers to pods`,
      expected: "a workload of kind nvidia-device-plugin on the pool",
      fix: `add one: { kind: nvidia-device-plugin, team: platform, pool: ${pool}, dataClass: internal }`,
    };
  }
});
