import { defineWorkload } from "./contract.ts";
import { ALERTS, METRICS, PANELS } from "./kube-state-metrics/observability.ts";

const METRICS_PORT = 8080;
const HEALTH = 8081;

/** Figures of the cluster's objects: what should run, and what does. Keeps no data. */
export const kubeStateMetrics = defineWorkload({
  kind: "kube-state-metrics",
  summary: "What the cluster should run and what it does: pods, jobs, volumes, nodes",
  memory: "64 MiB, at most 256 MiB; grows with the number of objects.",
  runtimes: ["kubernetes"],
  ports: { metrics: { port: METRICS_PORT, audience: "cluster" } },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: {},
  build: (_, context) => ({
    replicas: 1,
    container: {
      image: context.image("kube-state-metrics"),
      args: [
        `--port=${METRICS_PORT}`,
        `--telemetry-port=${HEALTH}`,
        `--resources=${WATCHED.flatMap(({ resources }) => resources)
          .sort()
          .join(",")}`,
      ],
      cpu: { request: 0.05 },
      memoryMiB: { request: 64, limit: 256 },
      probes: {
        readiness: { path: "/readyz", port: HEALTH, periodSeconds: 10, failureThreshold: 3 },
        liveness: { path: "/livez", port: METRICS_PORT, periodSeconds: 10, failureThreshold: 3 },
      },
      user: 65534,
    },
    clusterAccess: WATCHED.map((group) => ({ ...group, verbs: ["list", "watch"] })),
  }),
});

/** Secrets and configuration are left out: nothing is measured of them, and they would be readable. */
const WATCHED = [
  { apiGroups: [""], resources: ["namespaces", "nodes", "persistentvolumeclaims", "pods"] },
  { apiGroups: ["apps"], resources: ["daemonsets", "deployments", "statefulsets"] },
  { apiGroups: ["batch"], resources: ["cronjobs", "jobs"] },
];
