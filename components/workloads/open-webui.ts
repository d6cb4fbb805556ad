import { z } from "zod";
import { credential, defineWorkload } from "./contract.ts";
import { postgresEnvironment } from "./postgres/cluster.ts";
import { httpProbes } from "./probes.ts";

const HTTP = 8080;
const DATA = "/data";

/** Chat with the fleet's models in a browser, with a key of its own at the proxy. Keeps conversations in PostgreSQL. */
export const openWebui = defineWorkload({
  kind: "open-webui",
  layer: "interface",
  summary: "Chat with the fleet's models in a browser",
  memory: "1 GiB, at most 1.5 GiB; speech and embeddings are left to others.",
  runtimes: ["kubernetes", "compose"],
  backups: "optional",
  ports: { http: { port: HTTP, audience: "mesh" } },
  needs: {
    proxy: { kind: "litellm", port: "api" },
    database: { kind: "postgres", port: "sql" },
    sessions: { kind: "valkey-cache", port: "redis" },
  },
  spec: {
    url: z.url().optional().meta({ description: "Address at which people reach it." }),
    signup: z.boolean().default(false).meta({ description: "Whether people may make themselves an account." }),
    embeddings: z.string().optional().meta({ description: "Model of the catalogue that embeds uploaded files." }),
    storageGiB: z.number().positive().default(5).meta({ description: "For uploaded files." }),
    retentionDays: z
      .int()
      .min(1)
      .default(90)
      .meta({ description: "Age at which uploaded files are deleted, at the next start." }),
  },
  build: (spec, context) => {
    const { proxy, database, sessions } = context.needs;
    const login = postgresEnvironment(database);
    const api = { url: `${proxy.url}/v1`, key: credential(proxy, "key") };
    return {
      replicas: 1,
      container: {
        image: context.image("open-webui"),
        // It takes the address of its sessions with the password in it.
        command: ["/bin/sh", "-ec", START],
        env: {
          // Else what stands here counts at the first start only.
          ENABLE_PERSISTENT_CONFIG: "false",
          PORT: String(HTTP),
          ...(spec.url === undefined ? {} : { WEBUI_URL: spec.url, CORS_ALLOW_ORIGIN: spec.url }),
          WEBUI_SECRET_KEY: { secret: "session", key: "key" },
          ENABLE_SIGNUP: String(spec.signup),
          DEFAULT_USER_ROLE: "pending",
          ENABLE_OLLAMA_API: "false",
          OPENAI_API_BASE_URL: api.url,
          OPENAI_API_KEY: api.key,
          ...(spec.embeddings === undefined
            ? { BYPASS_EMBEDDING_AND_RETRIEVAL: "true" }
            : {
                RAG_EMBEDDING_ENGINE: "openai",
                RAG_EMBEDDING_MODEL: spec.embeddings,
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
          RETENTION_DAYS: String(spec.retentionDays),
          STATIC_DIR: "/tmp/static",
          HF_HUB_OFFLINE: "1",
          SCARF_NO_ANALYTICS: "true",
          DO_NOT_TRACK: "true",
          ANONYMIZED_TELEMETRY: "false",
          HOME: "/tmp",
        },
        cpu: { request: 0.2 },
        memoryMiB: { request: 1024, limit: 1536 },
        probes: httpProbes({ port: HTTP, ready: "/health", startSeconds: 600, timeoutSeconds: 5 }),
        scratch: ["/tmp"],
        user: 10001,
      },
      volumes: {
        files: {
          path: DATA,
          sizeGiB: spec.storageGiB,
          keep: true,
          retentionDays: spec.retentionDays,
          backup: { everyHours: 24, keepDays: Math.min(7, spec.retentionDays) },
        },
      },
      secrets: { session: { class: "generated", keys: ["key"] } },
      erasure: {
        impossible: "It knows people by accounts: delete the person's account, and chats and files go with it.",
      },
    };
  },
});

const START = [
  'export WEBSOCKET_REDIS_URL="redis://:$SESSIONS_PASSWORD@$SESSIONS"',
  `if [ -d ${DATA}/uploads ]; then find ${DATA}/uploads -type f -mtime "+$RETENTION_DAYS" -delete; fi`,
  "exec bash /app/backend/start.sh",
].join("\n");
