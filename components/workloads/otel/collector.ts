/** Port of a collector's health check. */
export const HEALTH = 13133;

/** Port of a collector's figures about itself. */
export const TELEMETRY = 8888;

/** Its figures for Prometheus, and warnings only in its own log, which it may be the one to read. */
export const telemetry = {
  logs: { level: "warn" },
  metrics: { level: "normal", readers: [{ pull: { exporter: { prometheus: { host: "0.0.0.0", port: TELEMETRY } } } }] },
} as const;

/** Of 80 % of the memory limit a collector refuses data, and below that it makes room: it is never killed for memory. */
export const memoryLimiter = { check_interval: "1s", limit_percentage: 80, spike_limit_percentage: 25 } as const;
