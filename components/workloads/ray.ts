import { z } from "zod";
import { type Container, defineWorkload } from "./contract.ts";
import { memberPorts, rayCluster } from "./ray/cluster.ts";
import { ALERTS, METRICS, PANELS } from "./ray/observability.ts";

const GCS = 6379;
const DASHBOARD = 8265;
const CLIENT = 10001;
const METRICS_PORT = 8080;
const HEAD_MIB = 5120;
const USER = 1000;

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
      peers: [GCS, DASHBOARD, CLIENT, ...memberPorts(METRICS_PORT)],
      asksApiServer: true,
      replicas: 1,
      container: head,
      workers: { container: worker, maximum: spec.workers },
      resources: [rayCluster({ ...spec, metricsPort: METRICS_PORT, head, worker })],
    };
  },
});
