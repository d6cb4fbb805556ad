/** How pods share the GPUs of a node. */
export type GpuProfile =
  /** A pod has its GPUs to itself. */
  | { readonly kind: "whole" }
  /** Each GPU is offered several times: its time is shared, its memory is not divided and not protected. */
  | { readonly kind: "time-slicing"; readonly replicas: number }
  /** Each GPU is divided into instances with memory and processors of their own, by the name of their profile. */
  | { readonly kind: "mig"; readonly instances: Readonly<Record<string, number>> }
  /** The one GPU has no memory of its own: it shares the machine's. */
  | { readonly kind: "unified" };

/** What the device plugin of a node offers to pods. */
export interface GpuDevices {
  /** `nvidia.com/gpu`. */
  readonly gpus: number;
  /** `nvidia.com/mig-<profile>`, by profile. */
  readonly slices: Readonly<Record<string, number>>;
}

/** Resource of whole GPUs, and of their slices of time. */
export const GPU_RESOURCE = "nvidia.com/gpu";

/** Resource of MIG instances of a profile, as the device plugin's strategy `mixed` calls it. */
export const sliceResource = (profile: string): string => `nvidia.com/mig-${profile}`;

/** What a node with so many GPUs offers. */
export function devicesOf(count: number, profile: GpuProfile): GpuDevices {
  switch (profile.kind) {
    case "whole":
    case "unified":
      return { gpus: count, slices: {} };
    case "time-slicing":
      return { gpus: count * profile.replicas, slices: {} };
    case "mig":
      return {
        gpus: 0,
        slices: Object.fromEntries(Object.entries(profile.instances).map(([name, each]) => [name, each * count])),
      };
  }
}
