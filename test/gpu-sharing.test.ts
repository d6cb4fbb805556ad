import { expect, test, vi } from "vitest";
import { rowOf, rowsOf, sandbox } from "./harness.ts";

// Recording an environment takes a second, and several on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

test("a team's quota limits MIG instances of each profile as it limits whole GPUs", async () => {
  const environment = await sandbox(({ spec }) => {
    const { workshop } = spec.pools;
    if (workshop?.kind !== "onprem") throw new Error("the sandbox has no workshop");
    workshop.hardware.gpu = {
      model: "NVIDIA-H100-80GB-HBM3",
      count: 1,
      memoryGiB: 80,
      sharing: "mig",
      instances: { "3g.40gb": 1, "1g.10gb": 2 },
    };
  });
  const rows = await rowsOf(environment);
  const [team, { quota }] = Object.entries(environment.spec.teams)[0] ?? ["", { quota: undefined }];
  expect(rowOf(rows, "kubernetes:core/v1:ResourceQuota", `team-${team}-quota`).inputs["spec"]).toMatchObject({
    hard: {
      "requests.nvidia.com/gpu": String(quota?.gpus),
      "requests.nvidia.com/mig-3g.40gb": String(quota?.gpus),
      "requests.nvidia.com/mig-1g.10gb": String(quota?.gpus),
    },
  });
});
