/**
 * Oldest driver by the words of a GPU's name, the first that fits: what CUDA 12 runs on by minor version compatibility
 * (https://docs.nvidia.com/deploy/cuda-compatibility/), and for Blackwell what NVIDIA's MIG guide states
 * (https://docs.nvidia.com/datacenter/tesla/mig-user-guide/getting-started-with-mig.html, "Prerequisites").
 */
const OLDEST: readonly (readonly [word: RegExp, version: string])[] = [
  [/RTX-PRO-\d+-Blackwell/, "575.51.03"],
  [/B200|RTX-50\d0/, "570.133.20"],
  [/./, "525.60.13"],
];

/** @param model As the device plugin names it, such as `NVIDIA-B200`. */
export const oldestDriver = (model: string): string => OLDEST.find(([word]) => word.test(model))?.[1] ?? "525.60.13";
