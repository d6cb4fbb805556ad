/** One kind of instance of a GPU, and how much of the GPU it takes. */
interface MigProfile {
  /** Parts of the GPU's processors; a GPU has {@link MigGpu.processors}. */
  readonly processors: number;
  /** Parts of the GPU's memory; a GPU has {@link MigGpu.memory}. */
  readonly memory: number;
  /** Instances of it that one GPU takes. */
  readonly most: number;
}

/** A GPU that can be divided. */
export interface MigGpu {
  readonly processors: number;
  readonly memory: number;
  readonly profiles: Readonly<Record<string, MigProfile>>;
}

/** Seven instances at most, in eight parts of memory: A100, H100, H200, B200. */
const seven = (one: string, doubled: string, two: string, three: string, four: string, all: string): MigGpu => ({
  processors: 7,
  memory: 8,
  profiles: {
    [one]: { processors: 1, memory: 1, most: 7 },
    [doubled]: { processors: 1, memory: 2, most: 4 },
    [two]: { processors: 2, memory: 2, most: 3 },
    [three]: { processors: 3, memory: 4, most: 2 },
    [four]: { processors: 4, memory: 4, most: 1 },
    [all]: { processors: 7, memory: 8, most: 1 },
  },
});

/**
 * Instances by GPU: of what the driver calls a GPU, these words stand in its name. From NVIDIA's MIG user guide, "Supported
 * MIG Profiles" (https://docs.nvidia.com/datacenter/tesla/mig-user-guide/supported-mig-profiles.html), names compared with
 * the configurations of NVIDIA/mig-parted (deployments/container, November 2026). Media extensions are left out.
 */
const MIG_GPUS: readonly (readonly [words: readonly string[], gpu: MigGpu])[] = [
  [
    ["A30"],
    {
      processors: 4,
      memory: 4,
      profiles: {
        "1g.6gb": { processors: 1, memory: 1, most: 4 },
        "2g.12gb": { processors: 2, memory: 2, most: 2 },
        "4g.24gb": { processors: 4, memory: 4, most: 1 },
      },
    },
  ],
  [["A100", "40GB"], seven("1g.5gb", "1g.10gb", "2g.10gb", "3g.20gb", "4g.20gb", "7g.40gb")],
  [["A100", "80GB"], seven("1g.10gb", "1g.20gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb")],
  [["H100", "NVL"], seven("1g.12gb", "1g.24gb", "2g.24gb", "3g.47gb", "4g.47gb", "7g.94gb")],
  [["H100"], seven("1g.10gb", "1g.20gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb")],
  [["H200"], seven("1g.18gb", "1g.35gb", "2g.35gb", "3g.71gb", "4g.71gb", "7g.141gb")],
  [["B200"], seven("1g.23gb", "1g.45gb", "2g.45gb", "3g.90gb", "4g.90gb", "7g.180gb")],
  [
    ["RTX", "PRO", "6000", "Blackwell"],
    {
      processors: 4,
      memory: 4,
      profiles: {
        "1g.24gb": { processors: 1, memory: 1, most: 4 },
        "2g.48gb": { processors: 2, memory: 2, most: 2 },
        "4g.96gb": { processors: 4, memory: 4, most: 1 },
      },
    },
  ],
];

/** @param model As the device plugin names it, such as `NVIDIA-H100-80GB-HBM3`. @returns undefined if it has no MIG. */
export function migGpu(model: string): MigGpu | undefined {
  const words = model.split(/[-_ ]+/);
  return MIG_GPUS.find(([needed]) => needed.every((word) => words.includes(word)))?.[1];
}
