import { expect, test } from "vitest";
import { oldestDriver } from "./gpu-drivers.ts";
import { migGpu } from "./mig-profiles.ts";

test.each([
  ["NVIDIA-A30", "1g.6gb, 2g.12gb, 4g.24gb"],
  ["NVIDIA-A100-SXM4-40GB", "1g.5gb, 1g.10gb, 2g.10gb, 3g.20gb, 4g.20gb, 7g.40gb"],
  ["NVIDIA-A100-80GB-PCIe", "1g.10gb, 1g.20gb, 2g.20gb, 3g.40gb, 4g.40gb, 7g.80gb"],
  ["NVIDIA-H100-80GB-HBM3", "1g.10gb, 1g.20gb, 2g.20gb, 3g.40gb, 4g.40gb, 7g.80gb"],
  ["NVIDIA-H100-NVL", "1g.12gb, 1g.24gb, 2g.24gb, 3g.47gb, 4g.47gb, 7g.94gb"],
  ["NVIDIA-H200", "1g.18gb, 1g.35gb, 2g.35gb, 3g.71gb, 4g.71gb, 7g.141gb"],
  ["NVIDIA-RTX-PRO-6000-Blackwell-Server-Edition", "1g.24gb, 2g.48gb, 4g.96gb"],
  ["NVIDIA-RTX-6000-Ada-Generation", undefined],
  ["NVIDIA-GeForce-RTX-4090", undefined],
])("%s is divided into %s", (model, profiles) => {
  const gpu = migGpu(model);
  expect(gpu === undefined ? undefined : Object.keys(gpu.profiles).join(", ")).toBe(profiles);
});

test("the most of each profile is what the GPU has room for", () => {
  for (const model of ["NVIDIA-A30", "NVIDIA-H100-80GB-HBM3", "NVIDIA-RTX-PRO-6000-Blackwell-Server-Edition"]) {
    const gpu = migGpu(model);
    for (const { processors, memory, most } of Object.values(gpu?.profiles ?? {})) {
      expect(Math.min(Math.floor((gpu?.processors ?? 0) / processors), Math.floor((gpu?.memory ?? 0) / memory))).toBe(
        most,
      );
    }
  }
});

test("a newer GPU wants a newer driver", () => {
  expect(
    ["NVIDIA-A100-SXM4-80GB", "NVIDIA-B200", "NVIDIA-GeForce-RTX-5090", "NVIDIA-RTX-PRO-6000-Blackwell"].map(
      oldestDriver,
    ),
  ).toEqual(["525.60.13", "570.133.20", "570.133.20", "575.51.03"]);
});
