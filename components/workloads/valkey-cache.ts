import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { METRICS } from "./valkey/observability.ts";
import { PORTS, valkeyServer } from "./valkey/server.ts";
import { ALERTS, PANELS } from "./valkey-cache/observability.ts";

/** Answers that may be computed again, and counters of rate limits. Drops what was asked for least lately; keeps nothing. */
export const valkeyCache = defineWorkload({
  kind: "valkey-cache",
  layer: "inference",
  summary: "Valkey for answers and counters that may be lost",
  memory: "`maximumMiB`, a quarter of it for buffers and fragments, and 32 MiB; 32 MiB for the exporter.",
  runtimes: ["kubernetes", "compose"],
  ports: PORTS,
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    maximumMiB: z.int().min(16).default(128).meta({ description: "Most that keys and values may take." }),
  },
  build: ({ maximumMiB }, context) =>
    valkeyServer({
      context,
      maximumMiB,
      overheadMiB: 32 + Math.ceil(maximumMiB / 4),
      configuration: ["maxmemory-policy allkeys-lru", 'save ""', "appendonly no", "lazyfree-lazy-eviction yes"],
      // Keys are hashes of whole requests: nobody can tell whose they are, and all of them may go.
      erase: 'valkey-cli -h "$HOST" FLUSHALL ASYNC',
    }),
});
