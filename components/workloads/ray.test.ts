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

test("workers with GPUs come from none, tolerate the taint of GPUs, and use ports that the policy knows", () => {
  const workload = buildExample(ray, { workers: 2, workerGpus: 1 });
  if (workload.form !== "operated") throw new Error(`form ${workload.form}`);
  const [{ spec } = { spec: {} }] = workload.resources;
  expect(spec).toMatchObject({
    rayVersion: "2.56.0",
    enableInTreeAutoscaling: true,
    headGroupSpec: { rayStartParams: { "num-cpus": "0", "node-manager-port": "8076" } },
    workerGroupSpecs: [
      {
        minReplicas: 0,
        maxReplicas: 2,
        template: {
          spec: { runtimeClassName: "nvidia", tolerations: [{ key: "nvidia.com/gpu", operator: "Exists" }] },
        },
      },
    ],
  });
  expect(workload.container.memoryMiB.request).toBe(5120);
  expect(workload.peers?.slice(0, 9)).toEqual([6379, 8265, 10_001, 8076, 8077, 8078, 8079, 52_365, 8080]);
});
