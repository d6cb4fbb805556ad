import { expect, test } from "vitest";
import { clusterOf } from "./cluster.ts";
import { nodeReports, quotaReports } from "./nodes.ts";
import { recorded, recordedCluster } from "./testdata/recorded.ts";

test("a node has its machine, what is left of it for pods, and what running pods ask for", () => {
  const [first, second] = nodeReports(recordedCluster("fits"));
  const capacity = { cpu: 8, memoryMiB: 16_384, gpus: 0, pods: 110 };
  const allocatable = { ...capacity, memoryMiB: 15_719 };
  expect(first).toEqual({
    name: "sandbox-inference-1",
    pool: "inference",
    zone: "fsn1",
    capacity,
    allocatable,
    requested: { cpu: 2, memoryMiB: 3008, gpus: 0, pods: 1 },
  });
  // The preload job ran here and has ended.
  expect(second?.requested).toEqual({ cpu: 0.5, memoryMiB: 1024, gpus: 0, pods: 1 });
});

test("a pod counts with its containers and sidecars, or with the start container that needs more", () => {
  const asks = (cpu: string, memory: string, more: object = {}) => ({
    resources: { requests: { cpu, memory, ...more } },
  });
  const spec = {
    nodeName: "sandbox-inference-1",
    containers: [asks("250m", "100Mi", { "nvidia.com/gpu": "1" }), {}],
    initContainers: [{ ...asks("0.1", "50Mi"), restartPolicy: "Always" }, asks("2", "120Mi")],
    overhead: { memory: "10Mi" },
  };
  const pod = { metadata: { name: "p", namespace: "t", uid: "1" }, spec, status: { phase: "Running" } };
  const [node] = nodeReports(clusterOf({ ...recorded("fits"), Pod: [pod] }));
  expect(node?.requested).toEqual({ cpu: 2, memoryMiB: 160, gpus: 1, pods: 1 });
});

test("quotas are in the API server's own figures", () => {
  const own = quotaReports(recordedCluster("fits")).filter(({ namespace }) => namespace === "team-assistants");
  expect(own.map(({ resource, used, hard }) => `${resource} ${used} of ${hard}`)).toEqual([
    "limits.memory 5056Mi of 16Gi",
    "pods 2 of 50",
    "requests.cpu 2500m of 8",
    "requests.memory 4032Mi of 16Gi",
    "requests.nvidia.com/gpu 0 of 0",
    "requests.storage 30Gi of 100Gi",
  ]);
});

test("of a queue, what is reserved and what its runs have, pool by pool", () => {
  const resources = [
    { name: "memory", nominalQuota: "512Mi", borrowingLimit: "1Gi" },
    { name: "nvidia.com/gpu", nominalQuota: 4, borrowingLimit: 2 },
  ];
  const queue = {
    metadata: { name: "research", uid: "1" },
    spec: { resourceGroups: [{ flavors: [{ name: "burst", resources }] }] },
    status: { flavorsReservation: [{ name: "burst", resources: [{ name: "nvidia.com/gpu", total: "6" }] }] },
  };
  const own = { namespace: "", queue: "research", pool: "burst" };
  expect(quotaReports(clusterOf({ ...recorded("fits"), ResourceQuota: [], ClusterQueue: [queue] }))).toEqual([
    { ...own, resource: "memory", hard: "512Mi", used: "0" },
    { ...own, resource: "nvidia.com/gpu", hard: "4", used: "6" },
  ]);
});
