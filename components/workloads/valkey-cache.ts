import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { downAlert, METRICS, PANELS, PORTS, valkeyServer } from "./valkey/server.ts";

/** Answers that may be computed again, and counters of rate limits. Drops what was asked for least lately; keeps nothing. */
export const valkeyCache = defineWorkload({
  kind: "valkey-cache",
  layer: "inference",
  summary: "Valkey for answers and counters that may be lost",
  memory: "`maximumMiB`, a quarter of it for buffers and fragments, and 32 MiB; 32 MiB for the exporter.",
  runtimes: ["kubernetes", "compose"],
  ports: PORTS,
  metrics: METRICS,
  alerts: [
    downAlert("ValkeyCacheDown", "nothing is cached, and rate limits are counted by each server alone"),
    {
      name: "ValkeyCacheThrashing",
      expression:
        "rate(redis_evicted_keys_total[15m]) > 10 and" +
        " rate(redis_keyspace_hits_total[15m]) < 0.1 * rate(redis_keyspace_misses_total[15m])",
      forMinutes: 30,
      severity: "ticket",
      summary: "The cache drops keys before they are asked for again",
      runbook: [
        "Look at the panel of hits: below one in ten the cache costs more than it saves.",
        "Raise `maximumMiB`, or shorten the time that its clients keep answers.",
      ],
    },
  ],
  panels: [
    ...PANELS,
    {
      title: "Share of look-ups that find their key",
      expression:
        "rate(redis_keyspace_hits_total[5m]) / (rate(redis_keyspace_hits_total[5m]) + rate(redis_keyspace_misses_total[5m]))",
      unit: "percentunit",
    },
    { title: "Keys dropped for room", expression: "rate(redis_evicted_keys_total[5m])", unit: "ops" },
  ],
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
