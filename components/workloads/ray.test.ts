import { expect, test } from "vitest";
import { buildExample } from "./example.ts";
import { ray } from "./ray.ts";

test("nobody outside the cluster's own pods reaches its head without a declared need, and people only by port-forward", () => {
  expect(Object.entries(ray.ports).map(([name, { audience }]) => [name, audience])).toEqual([
    ["client", "cluster"],
    ["dashboard", "admin"],
    ["metrics", "cluster"],
  ]);
});

const pods = {
  labels: { "splitfleet/team": "research" },
  nodeSelector: { "splitfleet/pool": "plant" },
  tolerations: [{ key: "nvidia.com/gpu", operator: "Exists" }],
  priorityClassName: "production",
};

test("head and workers stand on the workload's pool; workers with GPUs come from none, and use ports that the policy knows", () => {
  const workload = buildExample(ray, { workers: 2, workerGpus: 1 });
  if (workload.form !== "operated") throw new Error(`form ${workload.form}`);
  const [{ spec } = { spec: {} }] = workload.resources;
  expect(typeof spec === "function" && spec(pods)).toMatchObject({
    rayVersion: "2.56.0",
    enableInTreeAutoscaling: true,
    headGroupSpec: {
      rayStartParams: { "num-cpus": "0", "node-manager-port": "8076" },
      // Without the taint's toleration it would find no node of a pool with GPUs, though it needs none.
      template: { spec: { tolerations: pods.tolerations, priorityClassName: "production" } },
    },
    workerGroupSpecs: [
      {
        minReplicas: 0,
        maxReplicas: 2,
        template: {
          metadata: { labels: { "splitfleet/team": "research" } },
          spec: { runtimeClassName: "nvidia", nodeSelector: pods.nodeSelector, tolerations: pods.tolerations },
        },
      },
    ],
  });
  expect(workload.container.memoryMiB.request).toBe(5120);
  expect(workload.peers?.slice(0, 9)).toEqual([6379, 8265, 10_001, 8076, 8077, 8078, 8079, 52_365, 8080]);
});
