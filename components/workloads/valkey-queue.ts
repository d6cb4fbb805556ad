import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { copiedDaily } from "./copied-daily.ts";
import { ERASE } from "./valkey-queue/erase.ts";
import { ALERTS } from "./valkey-queue/observability.ts";
import { METRICS, PANELS } from "./valkey/observability.ts";
import { PORTS, valkeyServer } from "./valkey/server.ts";

/** Work that waits. Refuses new work rather than lose any, and writes each change to disk within a second. */
export const valkeyQueue = defineWorkload({
  kind: "valkey-queue",
  layer: "orchestration",
  summary: "Valkey for queues of work that must not be lost",
  memory: "`maximumMiB`, half of it while the file is written anew, and 32 MiB; 32 MiB for the exporter.",
  runtimes: ["kubernetes", "compose"],
  ports: PORTS,
  backups: "optional",
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    maximumMiB: z.int().min(16).default(256).meta({ description: "Most that waiting work may take." }),
    retentionDays: z.int().min(1).default(30).meta({ description: "Age at which work that nobody took is deleted." }),
  },
  build: ({ maximumMiB, retentionDays }, context) =>
    valkeyServer({
      context,
      maximumMiB,
      overheadMiB: 32 + Math.ceil(maximumMiB / 2),
      configuration: ["maxmemory-policy noeviction", 'save ""', "appendonly yes", "appendfsync everysec"],
      // The file holds at most twice the data, and as much again while it is written anew.
      volumes: {
        data: copiedDaily({
          path: "/data",
          storageGiB: Math.max(1, Math.ceil((maximumMiB * 4) / 1024)),
          retentionDays,
          copyDays: 7,
        }),
      },
      erase: ERASE,
    }),
});
