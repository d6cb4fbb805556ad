import type {
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1PodDisruptionBudget,
} from "@kubernetes/client-node";
import path from "node:path";
import { expect, test } from "vitest";
import { loadEnvironment } from "../../stacks/environment-file.ts";
import { factsIn, isVoter, stateOf } from "./live-facts.ts";
import { blockedIn, volumesIn } from "./live-pods.ts";

const { spec } = await loadEnvironment(path.join(import.meta.dirname, "../../stacks/Pulumi.sandbox.yaml"));
const ready = { type: "Ready", status: "True" };

test("a node says its versions and its bundle, and nothing else is taken for one", () => {
  expect(factsIn("os=debian-13\ntailscale=1.102.3\nbundle=6117ec7f00000000\nmotd=hello\nk3s=\n")).toEqual({
    versions: { os: "debian-13", tailscale: "1.102.3" },
    bundle: "6117ec7f00000000",
  });
  expect(factsIn("")).toEqual({ versions: {}, bundle: undefined });
});

test("a node of the cluster is known by its labels; a burst node's machine is its instance", () => {
  const labels = { "splitfleet/pool": "burst" };
  const state = stateOf(
    {
      metadata: { name: "ip-10-20-0-11", labels },
      spec: { unschedulable: true, providerID: "aws:///eu-north-1a/i-0123456789abcdef0" },
      status: { conditions: [ready] },
    },
    spec,
  );
  expect(state).toEqual({
    name: "ip-10-20-0-11",
    pool: "burst",
    provider: "aws",
    role: "agent",
    ready: true,
    cordoned: true,
    versions: {},
    bundle: undefined,
    etcdMember: false,
    machine: "i-0123456789abcdef0",
  });
  expect(stateOf({ metadata: { name: "foreign" } }, spec)).toBeUndefined();
});

test("a server decides in etcd while k3s calls it a voter", () => {
  const server = (status: string) => ({ status: { conditions: [ready, { type: "EtcdIsVoter", status }] } });
  expect(isVoter(server("True"))).toBe(true);
  expect(isVoter(server("False"))).toBe(false);
  expect(isVoter({ status: { conditions: [] } })).toBe(false);
});

const volume = (name: string, node: string): V1PersistentVolume => ({
  metadata: { name },
  spec: {
    nodeAffinity: {
      required: { nodeSelectorTerms: [{ matchExpressions: [{ key: "host", operator: "In", values: [node] }] }] },
    },
  },
});
const claim = (name: string, volumeName: string, workload?: string): V1PersistentVolumeClaim => ({
  metadata: {
    name,
    namespace: "team-a",
    ...(workload === undefined ? {} : { labels: { "splitfleet/workload": workload } }),
  },
  spec: { volumeName },
});

test("data on a node's disk is what is bound to it and kept; what nobody knows counts as without a backup", () => {
  const workloads = [
    {
      name: "postgres",
      namespace: "team-a",
      pool: "operations",
      runtime: "kubernetes",
      replicas: 1,
      volumes: [{ name: "data", backupHours: 24 }],
    },
  ] as const;
  const volumes = [volume("one", "a"), volume("two", "a"), volume("three", "a"), volume("four", "b")];
  const claims = [
    claim("data-postgres-0", "one", "postgres"),
    claim("cache-postgres-0", "two", "postgres"),
    claim("by-hand", "three"),
    claim("data-postgres-1", "four", "postgres"),
  ];
  expect(volumesIn("a", claims, volumes, workloads)).toEqual([
    { workload: "postgres", volume: "data", backupHours: 24 },
    { workload: "team-a/by-hand", volume: "by-hand", backupHours: undefined },
  ]);
});

test("a budget blocks what it allows no more of, or what no other node takes", () => {
  const pod = (name: string): V1Pod => ({ metadata: { name, namespace: "team-a", labels: { app: "web" } } });
  const budget = (disruptionsAllowed: number): V1PodDisruptionBudget => ({
    metadata: { name: "web", namespace: "team-a" },
    spec: { selector: { matchLabels: { app: "web" } } },
    status: { disruptionsAllowed, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 },
  });
  const pods = [pod("web-0"), pod("web-1")];
  expect(blockedIn([budget(1)], pods, true)).toEqual([]);
  expect(blockedIn([budget(1)], pods, false)).toEqual([{ budget: "team-a/web", pod: "team-a/web-1" }]);
  expect(blockedIn([budget(0)], pods, true).map(({ pod: name }) => name)).toEqual(["team-a/web-0", "team-a/web-1"]);
});
