import { z } from "zod";
import { type Container, defineWorkload, type OperatedPods } from "./contract.ts";
import { ALERTS, METRICS, PANELS } from "./ray/observability.ts";

const GCS = 6379;
const DASHBOARD = 8265;
const CLIENT = 10001;
const METRICS_PORT = 8080;
const VERSION = "2.56.0";
const HEAD_MIB = 5120;
const USER = 1000;

/** Ports at which nodes of the cluster reach each other; Ray chooses others at random unless it is told. */
const NODE_PORTS = {
  "node-manager-port": 8076,
  "object-manager-port": 8077,
  "runtime-env-agent-port": 8078,
  "dashboard-agent-grpc-port": 8079,
  "dashboard-agent-listen-port": 52365,
  "metrics-export-port": METRICS_PORT,
};
/** One for each process of a node that works on tasks. */
const WORKER_PORTS = Array.from({ length: 32 }, (_, index) => 10_012 + index);
const START = {
  ...Object.fromEntries(Object.entries(NODE_PORTS).map(([name, port]) => [name, String(port)])),
  "worker-port-list": WORKER_PORTS.join(","),
};

/** Python programs over many pods. Whoever reaches its head can run anything: nobody outside its pods may. */
export const ray = defineWorkload({
  kind: "ray",
  layer: "inference",
  summary: "Ray cluster for distributed Python, with workers that come and go with the work",
  memory: "5 GiB for the head, `workerMemoryGiB` for each worker.",
  runtimes: ["kubernetes"],
  ports: {
    client: { port: CLIENT, audience: "cluster", scheme: "ray" },
    dashboard: { port: DASHBOARD, audience: "admin" },
    metrics: { port: METRICS_PORT, audience: "cluster" },
  },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    workers: z.int().min(1).max(100).default(4).meta({ description: "Most workers; idle ones go, down to none." }),
    workerCpu: z.number().positive().default(4),
    workerMemoryGiB: z.number().positive().default(8),
    workerGpus: z.int().min(0).max(8).default(0),
    idleSeconds: z.int().min(30).default(300).meta({ description: "After it an idle worker goes." }),
  },
  build: (spec, context) => {
    const image = context.image("ray");
    const head: Container = { image, cpu: { request: 1 }, memoryMiB: { request: HEAD_MIB }, user: USER };
    const worker: Container = {
      image,
      cpu: { request: spec.workerCpu },
      memoryMiB: { request: Math.ceil(spec.workerMemoryGiB * 1024) },
      gpus: spec.workerGpus,
      user: USER,
    };
    return {
      form: "operated",
      operator: "kuberay-operator",
      podLabels: { "ray.io/cluster": context.name, "ray.io/node-type": "head" },
      memberLabels: { "ray.io/cluster": context.name },
      operatorPorts: [DASHBOARD],
      peers: [GCS, DASHBOARD, CLIENT, ...Object.values(NODE_PORTS), ...WORKER_PORTS],
      asksApiServer: true,
      replicas: 1,
      container: head,
      workers: { container: worker, maximum: spec.workers },
      resources: [
        {
          apiVersion: "ray.io/v1",
          kind: "RayCluster",
          spec: (pods) => ({
            rayVersion: VERSION,
            enableInTreeAutoscaling: true,
            autoscalerOptions: {
              idleTimeoutSeconds: spec.idleSeconds,
              resources: { requests: { cpu: "200m", memory: "512Mi" }, limits: { memory: "512Mi" } },
            },
            headGroupSpec: {
              serviceType: "ClusterIP",
              rayStartParams: { "num-cpus": "0", "dashboard-host": "0.0.0.0", "disable-usage-stats": "true", ...START },
              template: pod("ray-head", head, pods),
            },
            workerGroupSpecs: [
              {
                groupName: "workers",
                minReplicas: 0,
                replicas: 0,
                maxReplicas: spec.workers,
                rayStartParams: START,
                template: pod("ray-worker", worker, pods),
              },
            ],
          }),
        },
      ],
    };
  },
});

/** A pod of the cluster under the restricted security profile. */
const pod = (
  name: string,
  { image, cpu, memoryMiB, gpus = 0, user }: Container,
  { labels, nodeSelector, tolerations, priorityClassName }: OperatedPods,
) => ({
  metadata: { labels },
  spec: {
    nodeSelector,
    tolerations,
    priorityClassName,
    ...(gpus === 0 ? {} : { runtimeClassName: "nvidia" }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      fsGroup: user,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name,
        image,
        env: [{ name: "RAY_USAGE_STATS_ENABLED", value: "0" }],
        resources: {
          requests: { cpu: String(cpu.request), memory: `${memoryMiB.request}Mi` },
          limits: {
            memory: `${memoryMiB.request}Mi`,
            ...(gpus === 0 ? {} : { "nvidia.com/gpu": String(gpus) }),
          },
        },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [
          { name: "temporary", mountPath: "/tmp" },
          { name: "objects", mountPath: "/dev/shm" },
        ],
      },
    ],
    volumes: [
      { name: "temporary", emptyDir: {} },
      // Ray keeps its objects in shared memory: three tenths of the pod's, as it does by itself.
      { name: "objects", emptyDir: { medium: "Memory", sizeLimit: `${Math.floor(memoryMiB.request * 0.3)}Mi` } },
    ],
  },
});
