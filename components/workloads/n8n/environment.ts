import { type Container, credential, type Handle } from "../contract.ts";

const BROKER = 5679;
/** Workers stand in the same pod: each has ports of its own. */
const WORKER_HEALTH = 5700;
const WORKER_BROKER = 5720;

type Environment = NonNullable<Container["env"]>;

interface Options {
  readonly workers: number;
  readonly retentionDays: number;
}

interface Needs {
  readonly database: Handle;
  readonly queue: Handle | undefined;
}

/** Settings that n8n and its workers have in common. @param port Where n8n itself answers. */
export const environment = (
  port: number,
  { workers, retentionDays }: Options,
  { database, queue }: Needs,
): Environment => ({
  ...common(port, retentionDays),
  ...databaseOf(database),
  ...queueOf(workers, queue),
});

const common = (port: number, retentionDays: number): Environment => ({
  HOME: "/data",
  N8N_USER_FOLDER: "/data",
  N8N_PORT: String(port),
  N8N_RUNNERS_BROKER_PORT: String(BROKER),
  N8N_ENCRYPTION_KEY: { secret: "encryption", key: "key" },
  N8N_DIAGNOSTICS_ENABLED: "false",
  N8N_VERSION_NOTIFICATIONS_ENABLED: "false",
  N8N_TEMPLATES_ENABLED: "false",
  N8N_PERSONALIZATION_ENABLED: "false",
  N8N_COMMUNITY_PACKAGES_ENABLED: "false",
  N8N_BLOCK_ENV_ACCESS_IN_NODE: "true",
  N8N_DEFAULT_BINARY_DATA_MODE: "database",
  N8N_METRICS: "true",
  N8N_METRICS_INCLUDE_MESSAGE_EVENT_BUS_METRICS: "true",
  N8N_METRICS_INCLUDE_QUEUE_METRICS: "true",
  EXECUTIONS_DATA_PRUNE: "true",
  EXECUTIONS_DATA_MAX_AGE: String(retentionDays * 24),
  EXECUTIONS_DATA_PRUNE_MAX_COUNT: "0",
});

const databaseOf = (database: Handle): Environment => ({
  DB_TYPE: "postgresdb",
  DB_POSTGRESDB_HOST: database.host,
  DB_POSTGRESDB_PORT: String(database.port),
  // Each consumer's database has the name of its user.
  DB_POSTGRESDB_DATABASE: credential(database, "username"),
  DB_POSTGRESDB_USER: credential(database, "username"),
  DB_POSTGRESDB_PASSWORD: credential(database, "password"),
});

const queueOf = (workers: number, queue: Handle | undefined): Environment =>
  workers === 0 || queue === undefined
    ? { EXECUTIONS_MODE: "regular" }
    : {
        EXECUTIONS_MODE: "queue",
        OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: "true",
        QUEUE_BULL_REDIS_HOST: queue.host,
        QUEUE_BULL_REDIS_PORT: String(queue.port),
        QUEUE_BULL_REDIS_PASSWORD: credential(queue, "password"),
      };

/** Ports of one of the workers, counted from 0. */
export const workerPorts = (index: number): Record<string, string> => ({
  QUEUE_HEALTH_CHECK_ACTIVE: "true",
  QUEUE_HEALTH_CHECK_PORT: String(WORKER_HEALTH + index),
  N8N_RUNNERS_BROKER_PORT: String(WORKER_BROKER + index),
});
