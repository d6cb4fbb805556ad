import type { Alert, Panel } from "../contract.ts";
import { downAlert, PANELS as SERVER_PANELS } from "../valkey/observability.ts";

export const ALERTS: readonly Alert[] = [
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
];

export const PANELS: readonly Panel[] = [
  ...SERVER_PANELS,
  {
    title: "Share of look-ups that find their key",
    expression:
      "rate(redis_keyspace_hits_total[5m]) / (rate(redis_keyspace_hits_total[5m]) + rate(redis_keyspace_misses_total[5m]))",
    unit: "percentunit",
  },
  { title: "Keys dropped for room", expression: "rate(redis_evicted_keys_total[5m])", unit: "ops" },
];
