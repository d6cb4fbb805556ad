import type { Alert, Panel } from "../contract.ts";

export const ALERTS: readonly Alert[] = [
  {
    name: "RequestsDrifted",
    expression: "max by (workload, signal) (last_over_time(drift_stability_index[1d])) > 0.25",
    forMinutes: 5,
    severity: "ticket",
    summary: "What is asked differs much from what the model was tuned for",
    runbook: [
      "Look whether a tuning run is under way: its job is named after the tuning workload, with `-drift` behind it.",
      "Add examples of what is asked now to the data set: a run of the same examples learns nothing new.",
      "If the change is wanted and the answers are good, delete `reference.json` of the detector in its bucket.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  { title: "Stability index", expression: "last_over_time(drift_stability_index[7d])", unit: "short" },
  { title: "Tuning runs started", expression: "count_over_time(drift_tuning_started[30d])", unit: "short" },
];
