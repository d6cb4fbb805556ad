import type { CaseReport, DrillReport } from "../report.ts";

export const passed: CaseReport = {
  drill: "node-loss",
  subject: "pool inference",
  verdict: "passed",
  reasons: [],
  notes: ["team-a/proxy: 1 of 2 served at least, fewer than 2 for 7:05 min"],
  recoverySeconds: 670,
  pace: 60,
  workloads: [{ workload: "team-a/proxy", wanted: 2, floor: 1, lowest: 1, reducedSeconds: 425, whole: true }],
  timeline: [
    { atSeconds: 0, kind: "inject", what: "the busiest node loses its power" },
    { atSeconds: 15, kind: "seen", what: "team-a/proxy: 1 of 2 serve" },
    { atSeconds: 670, kind: "held", what: "every workload is whole" },
  ],
  durationMs: 11_400,
};

export const failed: CaseReport = {
  ...passed,
  drill: "drift",
  subject: "",
  verdict: "failed",
  reasons: ["the preview names both and nothing else: not within 0:00 min; it names <nothing>"],
  notes: [],
  recoverySeconds: null,
  pace: 1,
};

export const absent: CaseReport = {
  ...passed,
  subject: "pool operations",
  verdict: "not-here",
  reasons: ["its nodes are the only k3s servers: with them goes the cluster, not a node of it"],
  notes: [],
  recoverySeconds: null,
  workloads: [],
  timeline: [],
  durationMs: 0,
};

export const reportOf = (parts: Partial<DrillReport> = {}): DrillReport => ({
  environment: "factory",
  verdict: "failed",
  problem: "",
  drills: [passed, failed, absent],
  durationMs: 91_250,
  ...parts,
});
