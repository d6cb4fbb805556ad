import { defineWorkload } from "./contract.ts";

const METRICS = 9400;
const COUNTERS = "/etc/dcgm-exporter/fleet-counters.csv";

/** Figures of the GPUs of a pool's nodes. Keeps no data. */
export const dcgmExporter = defineWorkload({
  kind: "dcgm-exporter",
  summary: "Use, memory, power and errors of every GPU of its pool",
  memory: "256 MiB, at most 512 MiB: NVIDIA's library holds the fields of every GPU.",
  runtimes: ["kubernetes"],
  nodeAgent: true,
  ports: { metrics: { port: METRICS, audience: "cluster" } },
  metrics: {
    port: "metrics",
    path: "/metrics",
    names: [
      "DCGM_FI_DEV_FB_FREE",
      "DCGM_FI_DEV_FB_USED",
      "DCGM_FI_DEV_GPU_TEMP",
      "DCGM_FI_DEV_GPU_UTIL",
      "DCGM_FI_DEV_POWER_USAGE",
      "DCGM_FI_DEV_XID_ERRORS",
      "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
    ],
  },
  alerts: [
    {
      name: "GpuError",
      expression: "DCGM_FI_DEV_XID_ERRORS > 0",
      forMinutes: 5,
      severity: "page",
      summary: "A GPU reports an error; the value is its XID",
      runbook: [
        "Look the number up in NVIDIA's list of XID errors: some are a fault of the program, others of the card.",
        "For a fault of the card, cordon the node and move its work away; on spot, end the instance.",
        "The value stays until the driver is loaded anew.",
      ],
    },
    {
      name: "GpuHot",
      expression: "DCGM_FI_DEV_GPU_TEMP > 88",
      forMinutes: 15,
      severity: "ticket",
      summary: "A GPU is hotter than 88 degrees, where cards begin to slow down",
      runbook: ["See to the room's cooling and the machine's fans.", "Until then, lower the card's power limit."],
    },
  ],
  indicators: [
    {
      record: "fleet:gpu_busy",
      title: "GPUs at work",
      // Consumer cards have no profiling fields; their utilisation counts any kernel, so it is the higher figure.
      expression:
        "avg(avg_over_time(DCGM_FI_PROF_GR_ENGINE_ACTIVE[1h])) or avg(avg_over_time(DCGM_FI_DEV_GPU_UTIL[1h])) / 100",
      unit: "percentunit",
      target: { name: "gpuBusyShare", better: "higher" },
    },
  ],
  panels: [
    { title: "GPUs at work", expression: "avg by (node, gpu) (DCGM_FI_DEV_GPU_UTIL) / 100", unit: "percentunit" },
    {
      title: "GPU memory in use",
      expression: "DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE)",
      unit: "percentunit",
    },
    { title: "Power", expression: "sum by (node) (DCGM_FI_DEV_POWER_USAGE)", unit: "watt" },
    { title: "Temperature", expression: "max by (node, gpu) (DCGM_FI_DEV_GPU_TEMP)", unit: "celsius" },
  ],
  spec: {},
  build: (_, context) => {
    const probe = { path: "/health", port: METRICS, periodSeconds: 30, failureThreshold: 3 };
    return {
      form: "daemon",
      container: {
        image: context.image("dcgm-exporter"),
        args: ["--address", `:${METRICS}`, "--collectors", COUNTERS, "--kubernetes-gpu-id-type", "device-name"],
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
