import type { RehearsalReport } from "../report.ts";

const cpx42 = { cpu: 8, memoryMiB: 16_384, gpus: 0, pods: 110 };
const gpuMachine = { cpu: 16, memoryMiB: 65_536, gpus: 1, pods: 110 };

/** A small fleet that fits. */
export const FITS: RehearsalReport = {
  environment: "trial",
  verdict: "fits",
  resources: 2,
  objects: [
    {
      urn: "urn:pulumi:trial::splitfleet::kubernetes:core/v1:Service::ollama-service",
      kind: "Service",
      namespace: "team-assistants",
      name: "ollama",
      state: "accepted",
      reason: "",
      definition: null,
    },
  ],
  problems: [],
  pods: [
    {
      namespace: "team-assistants",
      name: "ollama-0",
      workload: "ollama",
      pool: "inference",
      node: "trial-inference-1",
      phase: "Running",
      reason: "",
    },
  ],
  nodes: [
    {
      name: "trial-inference-1",
      pool: "inference",
      zone: "fsn1",
      capacity: cpx42,
      allocatable: { ...cpx42, memoryMiB: 15_719 },
      requested: { cpu: 2, memoryMiB: 3008, gpus: 0, pods: 1 },
    },
    {
      name: "trial-workshop-a",
      pool: "workshop",
      zone: "workshop",
      capacity: gpuMachine,
      allocatable: { ...gpuMachine, memoryMiB: 64_871 },
      requested: { cpu: 0.015, memoryMiB: 128, gpus: 1, pods: 1 },
    },
  ],
  quotas: [
    { namespace: "team-assistants", queue: "", pool: "", resource: "limits.memory", hard: "16Gi", used: "5056Mi" },
    { namespace: "team-assistants", queue: "", pool: "", resource: "requests.cpu", hard: "8", used: "2500m" },
    { namespace: "team-assistants", queue: "", pool: "", resource: "requests.nvidia.com/gpu", hard: "0", used: "0" },
    { namespace: "team-platform", queue: "", pool: "", resource: "pods", hard: "50", used: "0" },
  ],
  flows: { declared: 11, policies: 6, differences: [] },
  advice: [],
  durationMs: 14_420,
};

/** The same with everything wrong that can be. */
export const WRONG: RehearsalReport = {
  ...FITS,
  verdict: "refused",
  objects: [
    {
      urn: "urn:pulumi:trial::splitfleet::kubernetes:apps/v1:Deployment::litellm-deployment",
      kind: "Deployment",
      namespace: "team-assistants",
      name: "litellm",
      state: "refused",
      reason: 'Deployment.apps "litellm" is invalid: spec.template.spec.containers[0].image: Required value',
      definition: { file: "components/workloads/litellm.ts", field: "spec.template.spec.containers[0].image" },
    },
    {
      urn: "urn:pulumi:trial::splitfleet::kubernetes:batch/v1:Job::litellm-seed",
      kind: "Job",
      namespace: "team-assistants",
      name: "litellm-seed",
      state: "not-tried",
      reason: "it comes after litellm-deployment",
      definition: null,
    },
  ],
  problems: [
    {
      urn: "urn:pulumi:trial::splitfleet::splitfleet:compute:HetznerPool$hcloud:index/server:Server::inference-2",
      message: "cpx42 is out of stock in fsn1",
    },
  ],
  pods: [
    {
      namespace: "team-assistants",
      name: "ollama-0",
      workload: "ollama",
      pool: "inference",
      node: null,
      phase: "Pending",
      reason:
        "0/4 nodes are available: 2 Insufficient memory, 2 node(s) didn't match Pod's node affinity/selector. " +
        "preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.",
    },
  ],
  flows: {
    declared: 11,
    policies: 6,
    differences: [
      {
        kind: "open",
        from: ["other pods of team-assistants"],
        to: ["team-assistants/ollama"],
        ports: "1-65535/TCP",
        reason: "team-assistants/ollama lets it in <b>&",
      },
    ],
  },
  advice: [
    {
      for: "pool",
      name: "inference",
      shortage: "ollama asks for 9.5 GiB and 2 cores; the most that a node has left is 7.4 GiB and 4 cores",
      change: "cpx42 instead of cpx32",
      expectedEurosPerMonth: "+68.00",
      worstEurosPerMonth: "+68.00",
    },
  ],
};
