import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { ALERTS, METRICS, PANELS } from "./node-exporter/observability.ts";

const METRICS_PORT = 9100;

/** Figures of the nodes themselves: processor, memory, disks, network. Keeps no data. */
export const nodeExporter = defineWorkload({
  kind: "node-exporter",
  summary: "Processor, memory, disks and network of every node",
  memory: "32 MiB, at most 64 MiB; measured 14.",
  runtimes: ["kubernetes", "compose"],
  nodeAgent: true,
  ports: { metrics: { port: METRICS_PORT, audience: "cluster" } },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    everyPool: z.boolean().default(true).meta({ description: "Also on the nodes of all other pools of the cluster." }),
  },
  build: (spec, context) => {
    const probe = { path: "/", port: METRICS_PORT, periodSeconds: 30, failureThreshold: 3 };
    return {
      form: "daemon",
      ...(spec.everyPool ? { everyPool: true as const } : {}),
      container: {
        image: context.image("node-exporter"),
        args: [
          "--path.rootfs=/host",
          "--path.procfs=/host/proc",
          "--path.sysfs=/host/sys",
          "--collector.filesystem.mount-points-exclude=^/(dev|proc|run|sys|var/lib/(docker|kubelet|rancher))($|/)",
        ],
        cpu: { request: 0.02 },
        memoryMiB: { request: 32, limit: 64 },
        probes: { readiness: probe, liveness: probe },
        user: 65534,
      },
      hostPaths: ["/"],
      priority: "platform",
    };
  },
});
