import * as kubernetes from "@pulumi/kubernetes";
import { expect, test } from "vitest";
import { record } from "../../plan/recorder/record.ts";
import type { Row } from "../../policies/row.ts";
import { rowOf } from "../../test/harness.ts";
import { Queues } from "./queues.ts";

const taint = { key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" };
const API = "kubernetes:kueue.x-k8s.io/v1beta2";

/** Queues of two teams on a pool with eight GPUs, of which one team has reserved half, and on one without. */
async function rows(): Promise<readonly Row[]> {
  const { rows: found } = await record({ name: "test", config: {}, secretKeys: [] }, () => {
    const provider = new kubernetes.Provider("kubernetes", {});
    const limit = { cpu: 96, memoryMiB: 1_024_000, gpus: 6 };
    new Queues(
      "queues",
      {
        cohort: "test",
        pools: {
          burst: { room: { cpu: 192, memoryMiB: 2_096_487, gpus: 8 }, taints: [taint] },
          inference: { room: { cpu: 5, memoryMiB: 16_384, gpus: 0 }, taints: [] },
        },
        teams: {
          research: { namespace: "team-research", shares: { burst: 0.5 }, limit },
          assistants: { namespace: "team-assistants", shares: {}, limit: { ...limit, gpus: 2 } },
        },
        labels: {},
      },
      { providers: [provider] },
    );
    return Promise.resolve({});
  });
  return found;
}

const specOf = (row: Row): unknown => row.inputs["spec"];

/** Quota and what may be borrowed beyond it. */
const resources = (...amounts: [nominal: string, borrowing?: string][]) =>
  ["cpu", "memory", "nvidia.com/gpu"].map((name, index) => {
    const [nominalQuota, borrowingLimit] = amounts[index] ?? [];
    return { name, nominalQuota, ...(borrowingLimit === undefined ? {} : { borrowingLimit }) };
  });

test("a pool is a flavor with its nodes' label and taints", async () => {
  expect(rowOf(await rows(), `${API}:ResourceFlavor`, "queues-burst-flavor").inputs).toEqual({
    apiVersion: "kueue.x-k8s.io/v1beta2",
    kind: "ResourceFlavor",
    metadata: { name: "burst", labels: {} },
    spec: { nodeLabels: { "splitfleet/pool": "burst" }, nodeTaints: [taint] },
  });
});

test("what a team has reserved is its own, and it borrows up to its limit", async () => {
  expect(specOf(rowOf(await rows(), `${API}:ClusterQueue`, "queues-research-cluster-queue"))).toEqual({
    cohortName: "test",
    namespaceSelector: { matchLabels: { "splitfleet/team": "research" } },
    queueingStrategy: "BestEffortFIFO",
    stopPolicy: "None",
    preemption: { reclaimWithinCohort: "Any", withinClusterQueue: "LowerPriority" },
    resourceGroups: [
      {
        coveredResources: ["cpu", "memory", "nvidia.com/gpu"],
        flavors: [
          // Half of 2,096,487 MiB is rounded down; the limit of 96 cores is used up by what is reserved.
          { name: "burst", resources: resources(["96", "0"], ["1048243Mi", "0Mi"], ["4", "2"]) },
          { name: "inference", resources: resources(["0", "5"], ["0Mi", "16384Mi"], ["0", "0"]) },
        ],
      },
    ],
  });
});

test("a team without a share has nothing but what it borrows", async () => {
  const spec = specOf(rowOf(await rows(), `${API}:ClusterQueue`, "queues-assistants-cluster-queue"));
  expect(spec).toMatchObject({
    resourceGroups: [
      {
        flavors: [
          { name: "burst", resources: resources(["0", "96"], ["0Mi", "1024000Mi"], ["0", "2"]) },
          { name: "inference", resources: resources(["0", "5"], ["0Mi", "16384Mi"], ["0", "0"]) },
        ],
      },
    ],
  });
});

test("what nobody has reserved belongs to all", async () => {
  expect(specOf(rowOf(await rows(), `${API}:Cohort`, "queues-cohort"))).toEqual({
    resourceGroups: [
      {
        coveredResources: ["cpu", "memory", "nvidia.com/gpu"],
        flavors: [
          { name: "burst", resources: resources(["96"], ["1048244Mi"], ["4"]) },
          { name: "inference", resources: resources(["5"], ["16384Mi"], ["0"]) },
        ],
      },
    ],
  });
});

test("each namespace has the queue that runs name", async () => {
  expect(rowOf(await rows(), `${API}:LocalQueue`, "queues-research-queue").inputs).toEqual({
    apiVersion: "kueue.x-k8s.io/v1beta2",
    kind: "LocalQueue",
    metadata: { name: "runs", namespace: "team-research", labels: {} },
    spec: { clusterQueue: "research" },
  });
});
