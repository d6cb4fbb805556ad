import type { Container } from "../contract.ts";

/** Where its volumes are. */
export const DATA = "/var/lib/weaviate";
export const BACKUPS = "/backups";

/** What it is logged in to with. */
export const KEY = { API_KEY: { secret: "api-key", key: "key" } } as const;

/** Its settings: one node, one user with a key, nobody without. */
export const environment = (memoryMiB: number, metricsPort: number): NonNullable<Container["env"]> => ({
  AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: "false",
  AUTHENTICATION_APIKEY_ENABLED: "true",
  AUTHENTICATION_APIKEY_ALLOWED_KEYS: KEY.API_KEY,
  AUTHENTICATION_APIKEY_USERS: "fleet",
  AUTHORIZATION_ADMINLIST_ENABLED: "true",
  AUTHORIZATION_ADMINLIST_USERS: "fleet",
  PERSISTENCE_DATA_PATH: DATA,
  DEFAULT_VECTORIZER_MODULE: "none",
  ENABLE_MODULES: "backup-filesystem",
  BACKUP_FILESYSTEM_PATH: BACKUPS,
  CLUSTER_HOSTNAME: "node1",
  CLUSTER_ADVERTISE_ADDR: "127.0.0.1",
  DISABLE_TELEMETRY: "true",
  PROMETHEUS_MONITORING_ENABLED: "true",
  PROMETHEUS_MONITORING_PORT: String(metricsPort),
  LIMIT_RESOURCES: "false",
  GOMEMLIMIT: `${Math.floor(memoryMiB * 0.85)}MiB`,
});
