import { stringify } from "yaml";
import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { configuration, POSITIONS } from "./otel-agent/configuration.ts";
import { ALERTS, METRICS, PANELS } from "./otel-agent/observability.ts";
import { LOGS } from "./otel-agent/reading.ts";
import { HEALTH, TELEMETRY } from "./otel/collector.ts";
import { httpProbes } from "./probes.ts";

/** Reads the logs of every container of its node and sends them to Loki. Keeps only how far it has read. */
export const otelAgent = defineWorkload({
  kind: "otel-agent",
  summary: "Reads the logs of all containers of a node and sends them to Loki",
  memory: "128 MiB, at most 256: it stops reading at 80 % of that.",
  runtimes: ["kubernetes", "compose"],
  nodeAgent: true,
  ports: { metrics: { port: TELEMETRY, audience: "cluster" } },
  needs: { logs: { kind: "loki", port: "http" } },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    everyPool: z.boolean().default(true).meta({ description: "Also on the nodes of all other pools of the cluster." }),
  },
  build: (spec, { name, runtime, needs, image }) => ({
    form: "daemon",
    ...(spec.everyPool ? { everyPool: true as const } : {}),
    container: {
      image: image("otel-collector"),
      args: ["--config=/etc/otel/agent.yml"],
      env: { GOMEMLIMIT: "200MiB" },
      cpu: { request: 0.05 },
      memoryMiB: { request: 128, limit: 256 },
      probes: httpProbes({ port: HEALTH, ready: "/" }),
      scratch: [POSITIONS],
      // The files of the log are root's.
      user: 0,
    },
    hostPaths: [LOGS[runtime].path],
    files: {
      "/etc/otel/agent.yml": stringify(configuration({ name, runtime, logs: needs.logs }), {
        aliasDuplicateObjects: false,
      }),
    },
    priority: "platform",
  }),
});
