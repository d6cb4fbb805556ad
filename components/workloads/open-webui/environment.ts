import { type Container, credential, type Handle } from "../contract.ts";
import { postgresEnvironment } from "../postgres/cluster.ts";

/** Where its volume is. */
export const DATA = "/data";

interface Options {
  readonly url?: string | undefined;
  readonly signup: boolean;
  readonly embeddings?: string | undefined;
  readonly retentionDays: number;
}

/** Its settings. @param port Where it answers. */
export function environment(
  port: number,
  { url, signup, embeddings, retentionDays }: Options,
  { proxy, database, sessions }: Readonly<Record<"proxy" | "database" | "sessions", Handle>>,
): NonNullable<Container["env"]> {
  const login = postgresEnvironment(database);
  const api = { url: `${proxy.url}/v1`, key: credential(proxy, "key") };
  return {
    // Else what stands here counts at the first start only.
    ENABLE_PERSISTENT_CONFIG: "false",
    PORT: String(port),
    ...(url === undefined ? {} : { WEBUI_URL: url, CORS_ALLOW_ORIGIN: url }),
    WEBUI_SECRET_KEY: { secret: "session", key: "key" },
    ENABLE_SIGNUP: String(signup),
    DEFAULT_USER_ROLE: "pending",
    ENABLE_OLLAMA_API: "false",
    OPENAI_API_BASE_URL: api.url,
    OPENAI_API_KEY: api.key,
    ...(embeddings === undefined
      ? { BYPASS_EMBEDDING_AND_RETRIEVAL: "true" }
      : {
          RAG_EMBEDDING_ENGINE: "openai",
          RAG_EMBEDDING_MODEL: embeddings,
          RAG_OPENAI_API_BASE_URL: api.url,
          RAG_OPENAI_API_KEY: api.key,
        }),
    AUDIO_STT_ENGINE: "openai",
    DATABASE_TYPE: "postgresql",
    DATABASE_HOST: login.PGHOST,
    DATABASE_PORT: login.PGPORT,
    DATABASE_NAME: login.PGUSER,
    DATABASE_USER: login.PGUSER,
    DATABASE_PASSWORD: login.PGPASSWORD,
    WEBSOCKET_MANAGER: "redis",
    SESSIONS: `${sessions.host}:${sessions.port}/0`,
    SESSIONS_PASSWORD: credential(sessions, "password"),
    DATA_DIR: DATA,
    RETENTION_DAYS: String(retentionDays),
    STATIC_DIR: "/tmp/static",
    HF_HUB_OFFLINE: "1",
    SCARF_NO_ANALYTICS: "true",
    DO_NOT_TRACK: "true",
    ANONYMIZED_TELEMETRY: "false",
    HOME: "/tmp",
  };
}

/** Starts it after it has deleted files that are too old; puts the password into the address that it takes as one. */
export const START = [
  'export WEBSOCKET_REDIS_URL="redis://:$SESSIONS_PASSWORD@$SESSIONS"',
  `if [ -d ${DATA}/uploads ]; then find ${DATA}/uploads -type f -mtime "+$RETENTION_DAYS" -delete; fi`,
  "exec bash /app/backend/start.sh",
].join("\n");
