import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { copiedDaily } from "./copied-daily.ts";
import { httpProbes } from "./probes.ts";
import { configurationFiles } from "./prometheus/configuration.ts";
import { ALERTS, METRICS, PANELS } from "./prometheus/observability.ts";
import { scraping } from "./prometheus/scrape.ts";

const API = 9090;
/** Idle server; measured 45 MiB with almost no series, and queries need room. */
const BASE_MIB = 200;
/** Of one series in memory: 350 MiB were seen with 50,000. */
const KIB_PER_SERIES = 3;

/** Metrics of the whole fleet, their alerts and the scorecard. Keeps its samples on a volume. */
export const prometheus = defineWorkload({
  kind: "prometheus",
  summary: "Metrics, alert rules and the scorecard's figures of the whole fleet",
  memory: "200 MiB, and 3 KiB for each series; a query may take as much again.",
  runtimes: ["kubernetes", "compose"],
  backups: "optional",
  ports: { api: { port: API, audience: "admin" } },
  needs: { alertmanager: { kind: "alertmanager", port: "api", optional: true } },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    series: z.int().min(1000).default(50_000).meta({ description: "Series at once; memory follows from them." }),
    retentionDays: z.int().min(1).max(400).default(15),
    storageGiB: z.number().positive().default(20),
    scrapeSeconds: z.int().min(5).max(300).default(30).meta({ description: "Between two looks at a target." }),
  },
  build: (spec, context) => {
    const { configs, needs, secretFiles } = scraping(context);
    const memoryMiB = BASE_MIB + Math.ceil((spec.series * KIB_PER_SERIES) / 1024);
    return {
      replicas: 1,
      container: {
        image: context.image("prometheus"),
        args: [
          "--config.file=/etc/prometheus/prometheus.yml",
          "--storage.tsdb.path=/prometheus",
          `--storage.tsdb.retention.time=${spec.retentionDays}d`,
          // Before the volume is full: the write-ahead log stands beside the blocks.
          `--storage.tsdb.retention.size=${Math.floor(spec.storageGiB * 0.8 * 1024)}MB`,
          "--web.enable-otlp-receiver",
        ],
        cpu: { request: 0.2 },
        memoryMiB: { request: memoryMiB, limit: 2 * memoryMiB },
        // After a crash it reads its log back before it is ready.
        probes: httpProbes({ port: API, ready: "/-/ready", live: "/-/healthy", startSeconds: 600 }),
        lifecycle: { graceSeconds: 120 },
        user: 65534,
      },
      volumes: { data: copiedDaily({ ...spec, path: "/prometheus", copyDays: 7 }) },
      files: configurationFiles(context, { ...spec, ...context.needs, scrapes: configs }),
      ...(Object.keys(secretFiles).length === 0 ? {} : { secretFiles }),
      needs,
      ...(context.runtime === "compose" ? {} : { clusterAccess: DISCOVERY }),
    };
  },
});

/** To find the pods behind every service. */
const DISCOVERY = [
  { apiGroups: [""], resources: ["pods", "services"], verbs: ["get", "list", "watch"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["get", "list", "watch"] },
];
