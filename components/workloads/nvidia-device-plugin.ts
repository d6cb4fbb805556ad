import { stringify } from "yaml";
import { GPU_RESOURCE, type GpuProfile } from "../compute/gpu-profile.ts";
import { defineWorkload } from "./contract.ts";

const CONFIG = "/etc/nvidia-device-plugin/config.yaml";

/** Offers the GPUs of its pool's nodes to pods, as the pool's profile says. Keeps no data. */
export const nvidiaDevicePlugin = defineWorkload({
  kind: "nvidia-device-plugin",
  summary: "Offers the GPUs of its pool to pods: whole, by time, or as MIG instances",
  memory: "64 MiB, at most 128 MiB: NVIDIA asks for 50 to 100.",
  runtimes: ["kubernetes"],
  nodeAgent: true,
  offersGpus: true,
  ports: {},
  spec: {},
  build: (_, context) => {
    const profile = context.gpuProfile;
    if (profile === undefined) throw new Error("its pool has no GPU; choose one that has");
    const divided = profile.kind === "mig";
    return {
      form: "daemon",
      container: {
        image: context.image("nvidia-device-plugin"),
        command: ["nvidia-device-plugin"],
        args: [`--config-file=${CONFIG}`],
        env: {
          NVIDIA_VISIBLE_DEVICES: "all",
          NVIDIA_DRIVER_CAPABILITIES: "compute,utility",
          ...(divided ? { NVIDIA_MIG_MONITOR_DEVICES: "all" } : {}),
        },
        cpu: { request: 0.02 },
        memoryMiB: { request: 64, limit: 128 },
        // The container runtime shows MIG devices only to who may administer the system.
        ...(divided ? { capability: "SYS_ADMIN" as const } : {}),
        user: 0,
      },
      files: { [CONFIG]: stringify(configOf(profile)) },
      socketPaths: ["/var/lib/kubelet/device-plugins"],
      seesGpus: true,
      priority: "platform",
    };
  },
});

/** A configuration as its README describes it (github.com/NVIDIA/k8s-device-plugin, "As a configuration file"). */
function configOf(profile: GpuProfile): object {
  return {
    version: "v1",
    flags: {
      migStrategy: profile.kind === "mig" ? "mixed" : "none",
      failOnInitError: true,
      plugin: { deviceListStrategy: "envvar", deviceIDStrategy: "uuid" },
    },
    ...(profile.kind === "time-slicing"
      ? {
          sharing: {
            timeSlicing: {
              failRequestsGreaterThanOne: true,
              resources: [{ name: GPU_RESOURCE, replicas: profile.replicas }],
            },
          },
        }
      : {}),
  };
}
