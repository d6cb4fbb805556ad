import type { Alert, Indicator, Metrics, Panel } from "../contract.ts";

export const METRICS: Metrics = {
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
};

export const ALERTS: readonly Alert[] = [
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
];

export const PANELS: readonly Panel[] = [
  { title: "GPUs at work", expression: "avg by (node, gpu) (DCGM_FI_DEV_GPU_UTIL) / 100", unit: "percentunit" },
  {
    title: "GPU memory in use",
    expression: "DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE)",
    unit: "percentunit",
  },
  { title: "Power", expression: "sum by (node) (DCGM_FI_DEV_POWER_USAGE)", unit: "watt" },
  { title: "Temperature", expression: "max by (node, gpu) (DCGM_FI_DEV_GPU_TEMP)", unit: "celsius" },
];

export const INDICATORS: readonly Indicator[] = [
  {
    record: "fleet:gpu_busy",
    title: "GPUs at work",
    // Consumer cards have no profiling fields; their utilisation counts any kernel, so it is the higher figure.
    expression:
      "avg(avg_over_time(DCGM_FI_PROF_GR_ENGINE_ACTIVE[1h])) or avg(avg_over_time(DCGM_FI_DEV_GPU_UTIL[1h])) / 100",
    unit: "percentunit",
    target: { name: "gpuBusyShare", better: "higher" },
  },
];
