import type { ClaimView, JobView, NodeView, PodView, View, WorkloadView } from "../view.ts";

/** A view with nothing in it but what a test puts there. */
export const viewOf = (parts: Partial<View> = {}): View => ({
  nodes: [],
  pods: [],
  workloads: [],
  jobs: [],
  claims: [],
  secrets: new Map(),
  ...parts,
});

export const workload = (parts: Partial<WorkloadView> = {}): WorkloadView => ({
  namespace: "team-a",
  name: "proxy",
  wanted: 2,
  serving: 2,
  floor: 1,
  ...parts,
});

export const node = (parts: Partial<NodeView> = {}): NodeView => ({
  name: "inference-1",
  pool: "inference",
  zone: "fsn1",
  ready: true,
  schedulable: true,
  taints: [],
  gpus: 0,
  version: "v1.36.2+k3s1",
  machine: "inference-1",
  ...parts,
});

export const pod = (parts: Partial<PodView> = {}): PodView => ({
  namespace: "splitfleet-drill",
  name: "train-1",
  uid: "1",
  workload: "",
  job: "train",
  node: "inference-1",
  phase: "Running",
  ready: true,
  terminating: false,
  unscheduled: "",
  gpus: 0,
  ...parts,
});

export const claim = (parts: Partial<ClaimView> = {}): ClaimView => ({
  namespace: "team-a",
  name: "models-ollama-0",
  uid: "c1",
  bound: true,
  node: "inference-1",
  kept: false,
  backupHours: undefined,
  archived: false,
  ...parts,
});

export const job = (parts: Partial<JobView> = {}): JobView => ({
  namespace: "team-a",
  name: "preload",
  uid: "j1",
  state: "complete",
  suspended: false,
  ...parts,
});
