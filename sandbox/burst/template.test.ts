import type { V1Pod, V1PodSpec } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import { admits, isUnschedulable, keepsNode, place, requestsOf, templateOf } from "./template.ts";

const TEMPLATE = "k8s.io/cluster-autoscaler/node-template";
const TAGS = {
  "splitfleet/pool": "burst",
  [`${TEMPLATE}/resources/cpu`]: "192",
  [`${TEMPLATE}/resources/memory`]: "2048Gi",
  [`${TEMPLATE}/resources/nvidia.com/gpu`]: "8",
  [`${TEMPLATE}/label/splitfleet/pool`]: "burst",
  [`${TEMPLATE}/taint/splitfleet/burst`]: "true:NoSchedule",
};
const KNOWN = { instanceType: "p5.48xlarge", zone: "eu-north-1a" };

const pod = (spec: Partial<V1PodSpec>, requests: Record<string, string> = {}): V1Pod => ({
  spec: { containers: [{ name: "main", resources: { requests } }], ...spec },
});
const TOLERATION = { key: "splitfleet/burst", operator: "Equal", value: "true", effect: "NoSchedule" };
const FITTING = { nodeSelector: { "splitfleet/pool": "burst" }, tolerations: [TOLERATION] };

test("a group's tags and its first instance type describe its next node", () => {
  expect(templateOf(TAGS, KNOWN)).toEqual({
    labels: {
      "kubernetes.io/os": "linux",
      "kubernetes.io/arch": "amd64",
      "node.kubernetes.io/instance-type": "p5.48xlarge",
      "topology.kubernetes.io/region": "eu-north-1",
      "topology.kubernetes.io/zone": "eu-north-1a",
      "splitfleet/pool": "burst",
    },
    taints: [{ key: "splitfleet/burst", value: "true", effect: "NoSchedule" }],
    resources: { pods: 110, cpu: 192, memory: 2048 * 2 ** 30, "nvidia.com/gpu": 8 },
  });
});

test("a taint's tag without an effect is named", () => {
  expect(() => templateOf({ [`${TEMPLATE}/taint/splitfleet/burst`]: "true" }, KNOWN)).toThrow(
    `the tag ${TEMPLATE}/taint/splitfleet/burst is "true"; expected value:effect`,
  );
});

test.each<[string, V1Pod, boolean]>([
  ["that selects the pool and tolerates its taint", pod(FITTING), true],
  ["that selects another pool", pod({ ...FITTING, nodeSelector: { "splitfleet/pool": "other" } }), false],
  ["without a toleration", pod({ nodeSelector: FITTING.nodeSelector }), false],
  ["that tolerates another value", pod({ ...FITTING, tolerations: [{ ...TOLERATION, value: "false" }] }), false],
  ["that tolerates whatever the value", pod({ tolerations: [{ key: "splitfleet/burst", operator: "Exists" }] }), true],
  ["that tolerates everything", pod({ tolerations: [{ operator: "Exists" }] }), true],
  ["that tolerates another effect", pod({ tolerations: [{ ...TOLERATION, effect: "NoExecute" }] }), false],
])("a pod %s is admitted: %s", (_what, asked, expected) => {
  expect(admits(templateOf(TAGS, KNOWN), asked)).toBe(expected);
});

test.each<[string, readonly string[], boolean]>([
  ["In", ["eu-north-1a"], true],
  ["In", ["eu-north-1b"], false],
  ["NotIn", ["eu-north-1a"], false],
  ["Exists", [], true],
  ["DoesNotExist", [], false],
])("required node affinity %s %j of the zone is met: %s", (operator, values, expected) => {
  const matchExpressions = [{ key: "topology.kubernetes.io/zone", operator, values: [...values] }];
  const nodeAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] },
  };
  expect(admits(templateOf(TAGS, KNOWN), pod({ ...FITTING, affinity: { nodeAffinity } }))).toBe(expected);
});

test("a pod takes what its containers ask for, and one place", () => {
  const asked = pod({}, { cpu: "500m", memory: "1Gi" });
  expect(requestsOf(asked)).toEqual({ pods: 1, cpu: 0.5, memory: 2 ** 30 });
  expect(place({ pods: 1, cpu: 1, memory: 2 ** 30 }, asked)).toEqual({ pods: 0, cpu: 0.5, memory: 0 });
  expect(place({ pods: 1, cpu: 1, memory: 2 ** 29 }, asked)).toBeUndefined();
  expect(place({ pods: 1, cpu: 1 }, pod({}, { "nvidia.com/gpu": "1" }))).toBeUndefined();
});

test("pods of daemon sets and those that have ended keep no node", () => {
  const owned = (kind: string): V1Pod => ({
    metadata: { ownerReferences: [{ kind, name: "x", uid: "1", apiVersion: "" }] },
  });
  expect([owned("Job"), owned("DaemonSet"), { status: { phase: "Succeeded" } }].map(keepsNode)).toEqual([
    true,
    false,
    false,
  ]);
});

test("only a pod that the scheduler has given up on waits for a node", () => {
  const waiting = { status: { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] } };
  const gated = { status: { conditions: [{ type: "PodScheduled", status: "False", reason: "SchedulingGated" }] } };
  const leaving = { ...waiting, metadata: { deletionTimestamp: new Date(0) } };
  expect([waiting, gated, leaving, {}].map(isUnschedulable)).toEqual([true, false, false, false]);
});
