import type { Alert, Metrics, Panel } from "../contract.ts";

export const METRICS: Metrics = {
  port: "metrics",
  path: "/metrics",
  names: [
    "kube_job_status_active",
    "kube_job_status_failed",
    "kube_node_status_condition",
    "kube_persistentvolumeclaim_status_phase",
    "kube_pod_container_status_last_terminated_reason",
    "kube_pod_container_status_restarts_total",
    "kube_pod_container_status_waiting_reason",
    "kube_pod_status_phase",
  ],
};

export const ALERTS: readonly Alert[] = [
  {
    name: "NodeNotReady",
    expression: 'kube_node_status_condition{condition="Ready",status="true"} == 0',
    forMinutes: 10,
    severity: "page",
    summary: "A node of the cluster is not ready",
    runbook: [
      "See whether the node is up and in the mesh: `tailscale status`, then `systemctl status k3s-agent` on it.",
      "An on-prem node without power or line is lost for as long: its pods wait, the fleet goes on.",
      "Replace a server that does not come back.",
    ],
  },
  {
    name: "PodRestarting",
    expression: "increase(kube_pod_container_status_restarts_total[1h]) > 5",
    forMinutes: 15,
    severity: "page",
    summary: "A container restarts again and again",
    runbook: [
      "Read the log of the run before: `kubectl logs --previous`.",
      "If its last state is OOMKilled, raise the memory of its entry.",
      "Undo the last change of the workload if the restarts began with it.",
    ],
  },
  {
    name: "PodPending",
    expression: 'sum by (namespace, pod) (kube_pod_status_phase{phase="Pending"}) > 0',
    forMinutes: 30,
    severity: "ticket",
    summary: "A pod has waited for half an hour",
    runbook: [
      "`kubectl describe pod` names what is missing: room on a node, a volume, an image, a secret.",
      "For a burst pool see whether spot instances could be had; runs in a queue wait for their team's share.",
    ],
  },
  {
    name: "JobFailed",
    expression: "kube_job_status_failed > 0",
    forMinutes: 5,
    severity: "ticket",
    summary: "A job has failed",
    runbook: [
      "Read the job's log.",
      "Correct the cause, delete the job and run `up`, which creates it again; a scheduled one runs at its next time.",
    ],
  },
];

export const PANELS: readonly Panel[] = [
  { title: "Pods by phase", expression: "sum by (phase) (kube_pod_status_phase)", unit: "short" },
  {
    title: "Containers that wait, by reason",
    expression: "sum by (reason) (kube_pod_container_status_waiting_reason)",
    unit: "short",
  },
  {
    title: "Restarts",
    expression: "sum by (namespace) (increase(kube_pod_container_status_restarts_total[1h]))",
    unit: "short",
  },
  {
    title: "Containers killed for memory",
    expression: 'sum by (namespace, pod) (kube_pod_container_status_last_terminated_reason{reason="OOMKilled"})',
    unit: "short",
  },
  {
    title: "Volumes that are not bound",
    expression: 'sum by (namespace) (kube_persistentvolumeclaim_status_phase{phase!="Bound"})',
    unit: "short",
  },
];
