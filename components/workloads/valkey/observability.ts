import type { Alert, Metrics, Panel } from "../contract.ts";

/** Names from redis_exporter 1.87, `exporter/exporter.go`; it reads Valkey's INFO as it does that of Redis. */
export const METRICS: Metrics = {
  port: "metrics",
  path: "/metrics",
  names: [
    "redis_aof_last_write_status",
    "redis_connected_clients",
    "redis_evicted_keys_total",
    "redis_keyspace_hits_total",
    "redis_keyspace_misses_total",
    "redis_memory_max_bytes",
    "redis_memory_used_bytes",
    "redis_rejected_connections_total",
    "redis_up",
  ],
};

/** That a Valkey does not answer. @param name Of the alert; @param consequence What no longer works, as part of a sentence. */
export const downAlert = (name: string, consequence: string): Alert => ({
  name,
  expression: "redis_up == 0",
  forMinutes: 3,
  severity: "page",
  summary: `Valkey does not answer: ${consequence}`,
  runbook: [
    "Read the log of the pod: it says whether the server is still loading its file or was killed for memory.",
    "Compare its memory with its limit; raise `maximumMiB` if it was killed.",
    "Delete the pod if it hangs: clients connect again by themselves.",
  ],
});

export const PANELS: readonly Panel[] = [
  {
    title: "Memory in use, share of the maximum",
    expression: "redis_memory_used_bytes / redis_memory_max_bytes",
    unit: "percentunit",
  },
  { title: "Clients", expression: "redis_connected_clients", unit: "short" },
];
