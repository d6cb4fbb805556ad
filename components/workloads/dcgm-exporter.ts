import { defineWorkload } from "./contract.ts";
import { ALERTS, INDICATORS, METRICS, PANELS } from "./dcgm-exporter/observability.ts";

const METRICS_PORT = 9400;
const COUNTERS = "/etc/dcgm-exporter/fleet-counters.csv";

/** Figures of the GPUs of a pool's nodes. Keeps no data. */
export const dcgmExporter = defineWorkload({
  kind: "dcgm-exporter",
  summary: "Use, memory, power and errors of every GPU of its pool",
  memory: "256 MiB, at most 512 MiB: NVIDIA's library holds the fields of every GPU.",
  runtimes: ["kubernetes"],
  nodeAgent: true,
  ports: { metrics: { port: METRICS_PORT, audience: "cluster" } },
  metrics: METRICS,
  alerts: ALERTS,
  indicators: INDICATORS,
  panels: PANELS,
  spec: {},
  build: (_, context) => {
    const probe = { path: "/health", port: METRICS_PORT, periodSeconds: 30, failureThreshold: 3 };
    return {
      form: "daemon",
      seesGpus: true,
      container: {
        image: context.image("dcgm-exporter"),
        args: ["--address", `:${METRICS_PORT}`, "--collectors", COUNTERS, "--kubernetes-gpu-id-type", "device-name"],
        env: { NVIDIA_VISIBLE_DEVICES: "all", NVIDIA_DRIVER_CAPABILITIES: "utility,compute" },
        cpu: { request: 0.05 },
        memoryMiB: { request: 256, limit: 512 },
        probes: { startup: { ...probe, periodSeconds: 10, failureThreshold: 30 }, readiness: probe, liveness: probe },
        scratch: ["/tmp"],
        user: 0,
      },
      files: { [COUNTERS]: COUNTED.map(([field, kind, help]) => `${field}, ${kind}, ${help}.\n`).join("") },
      priority: "platform",
    };
  },
});

/** Fields as the exporter's list of counters has them; a card that does not know a field is measured without it. */
const COUNTED = [
  ["DCGM_FI_DEV_GPU_UTIL", "gauge", "GPU utilisation in percent"],
  ["DCGM_FI_PROF_GR_ENGINE_ACTIVE", "gauge", "Share of time in which the engine is active"],
  ["DCGM_FI_DEV_FB_USED", "gauge", "Memory in use in MiB"],
  ["DCGM_FI_DEV_FB_FREE", "gauge", "Free memory in MiB"],
  ["DCGM_FI_DEV_GPU_TEMP", "gauge", "Temperature in degrees Celsius"],
  ["DCGM_FI_DEV_POWER_USAGE", "gauge", "Power in watts"],
  ["DCGM_FI_DEV_XID_ERRORS", "gauge", "Last XID error"],
] as const;
