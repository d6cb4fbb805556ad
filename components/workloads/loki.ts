import { stringify } from "yaml";
import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { copiedDaily } from "./copied-daily.ts";
import { eraseJob } from "./erase-job.ts";
import { configuration, DATA, HTTP } from "./loki/configuration.ts";
import { ALERTS, METRICS, PANELS } from "./loki/observability.ts";

/** Logs of the fleet in one process. Keeps them on a volume for as many days as the entry says. */
export const loki = defineWorkload({
  kind: "loki",
  summary: "Logs of every workload, searchable by workload, request id and trace",
  memory: "256 MiB and the two caches, at most twice as much.",
  runtimes: ["kubernetes", "compose"],
  backups: "optional",
  ports: { http: { port: HTTP, audience: "admin" } },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    retentionDays: z.int().min(1).max(400).default(14),
    storageGiB: z.number().positive().default(20),
    chunksCacheMiB: z.int().min(0).max(8192).default(64).meta({ description: "0 for none." }),
    resultsCacheMiB: z.int().min(0).max(8192).default(32).meta({ description: "0 for none." }),
    megabytesPerSecond: z.number().positive().default(8).meta({ description: "Lines beyond it are refused." }),
  },
  build: (spec, context) => {
    const memoryMiB = 256 + spec.chunksCacheMiB + spec.resultsCacheMiB;
    const probe = { path: "/ready", port: HTTP, periodSeconds: 10, failureThreshold: 3 };
    return {
      replicas: 1,
      container: {
        image: context.image("loki"),
        args: ["-config.file=/etc/loki/loki.yml", "-target=all"],
        env: { GOMEMLIMIT: `${Math.floor(1.8 * memoryMiB)}MiB` },
        cpu: { request: 0.2 },
        memoryMiB: { request: memoryMiB, limit: 2 * memoryMiB },
        probes: {
          startup: { ...probe, failureThreshold: 60 },
          readiness: probe,
          liveness: { tcpPort: HTTP, periodSeconds: 10, failureThreshold: 6 },
        },
        lifecycle: { graceSeconds: 120 },
        scratch: ["/tmp"],
        user: 10001,
      },
      volumes: { logs: copiedDaily({ ...spec, path: DATA, copyDays: 7 }) },
      files: { "/etc/loki/loki.yml": stringify(configuration(spec)) },
      erasure: {
        job: eraseJob({
          // Loki's own image has no shell; Prometheus's has one and a client for HTTP.
          image: context.image("prometheus"),
          script: `wget -q -O - --post-data '' "http://${context.name}:${HTTP}/loki/api/v1/delete?start=0&query=${ABOUT}"`,
          user: 65534,
        }),
      },
    };
  },
});

/** All lines that name the person: `{service_name=~".+"} |= "<subject>"`, as a part of an address. */
const ABOUT = `${encodeURIComponent('{service_name=~".+"} |= "')}$SUBJECT${encodeURIComponent('"')}`;
