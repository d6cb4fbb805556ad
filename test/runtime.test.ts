import * as kubernetes from "@pulumi/kubernetes";
import { expect, test } from "vitest";
import { KubernetesWorkload } from "../components/runtime/kubernetes.ts";
import { defineWorkload } from "../components/workloads/contract.ts";
import type { PlannedWorkload } from "../components/workloads/plan.ts";
import { record } from "../plan/recorder/record.ts";

const worker = defineWorkload({
  kind: "worker",
  summary: "Takes work from a queue and serves nothing",
  memory: "256 MiB.",
  runtimes: ["kubernetes"],
  ports: {},
  spec: {},
  build: () => ({
    replicas: 2,
    container: { image: "worker@sha256:aa", cpu: { request: 1 }, memoryMiB: { request: 256 }, user: 10001 },
  }),
});
const entry = { kind: "worker", team: "assistants", pool: "inference", dataClass: "internal" };
const planned: PlannedWorkload = {
  name: "worker",
  entry,
  definition: { ...worker, file: "test/runtime.test.ts" },
  handles: {},
  workload: worker.build({}, { name: "worker", environment: "test", models: {}, needs: {}, image: (name) => name }),
};

test("a workload without ports has no service, and several replicas have a disruption budget", async () => {
  const { rows } = await record({ name: "test", config: {}, secretKeys: [] }, async () => {
    const provider = new kubernetes.Provider("kubernetes", {});
    const vault = { kv: "kv", loginMount: "kubernetes", environment: "test", dependsOn: [] };
    const allocation = { environment: "test", team: "assistants", dataClass: "internal", workload: "worker" };
    new KubernetesWorkload("worker", { planned, consumers: [], namespace: "team-assistants", allocation, vault }, { providers: [provider] });
    return Promise.resolve({});
  });
  expect(rows.filter(({ custom, provider }) => custom && provider !== "").map(({ name, type }) => `${name}: ${type}`)).toEqual([
    "worker-deployment: kubernetes:apps/v1:Deployment",
    "worker-account: kubernetes:core/v1:ServiceAccount",
    "worker-flows: kubernetes:networking.k8s.io/v1:NetworkPolicy",
    "worker-disruption: kubernetes:policy/v1:PodDisruptionBudget",
  ]);
});
