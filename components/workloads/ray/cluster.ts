import type { Container, CustomResource, OperatedPods } from "../contract.ts";

const VERSION = "2.56.0";

/** Ports at which nodes of the cluster reach each other; Ray chooses others at random unless it is told. */
const nodePorts = (metricsPort: number) => ({
  "node-manager-port": 8076,
  "object-manager-port": 8077,
  "runtime-env-agent-port": 8078,
  "dashboard-agent-grpc-port": 8079,
  "dashboard-agent-listen-port": 52365,
  "metrics-export-port": metricsPort,
});

/** One for each process of a node that works on tasks. */
const WORKER_PORTS = Array.from({ length: 32 }, (_, index) => 10_012 + index);

/** Every port that a node of the cluster opens for the others. */
export const memberPorts = (metricsPort: number): readonly number[] => [
  ...Object.values(nodePorts(metricsPort)),
  ...WORKER_PORTS,
];

interface Options {
  readonly metricsPort: number;
  readonly head: Container;
  readonly worker: Container;
  /** Most workers at once. */
  readonly workers: number;
  /** After it an idle worker goes. */
  readonly idleSeconds: number;
}

/** What KubeRay makes a head and its workers of. */
export function rayCluster({ metricsPort, head, worker, workers, idleSeconds }: Options): CustomResource {
  const start = {
    ...Object.fromEntries(Object.entries(nodePorts(metricsPort)).map(([name, port]) => [name, String(port)])),
    "worker-port-list": WORKER_PORTS.join(","),
  };
  return {
    apiVersion: "ray.io/v1",
    kind: "RayCluster",
    spec: (pods) => ({
      rayVersion: VERSION,
      enableInTreeAutoscaling: true,
      autoscalerOptions: {
        idleTimeoutSeconds: idleSeconds,
        resources: { requests: { cpu: "200m", memory: "512Mi" }, limits: { memory: "512Mi" } },
      },
      headGroupSpec: {
        serviceType: "ClusterIP",
        rayStartParams: { "num-cpus": "0", "dashboard-host": "0.0.0.0", "disable-usage-stats": "true", ...start },
        template: pod("ray-head", head, pods),
      },
      workerGroupSpecs: [
        {
          groupName: "workers",
          minReplicas: 0,
          replicas: 0,
          maxReplicas: workers,
          rayStartParams: start,
          template: pod("ray-worker", worker, pods),
        },
      ],
    }),
  };
}

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
