import { z } from "zod";
import { credential, defineWorkload } from "./contract.ts";
import { ERASE_SUBJECT } from "./phoenix/erase-subject.ts";
import { ALERTS, METRICS, PANELS } from "./phoenix/observability.ts";
import { psql } from "./postgres/psql.ts";
import { httpProbes } from "./probes.ts";

const HTTP = 6006;
const METRICS_PORT = 9090;
const ERASURE = "/etc/phoenix/erase-subject.sql";

/** Age in days at which traces are deleted, by the most sensitive data that they may hold. */
const RETENTION: Readonly<Record<string, number>> = { public: 90, internal: 90, confidential: 30, personal: 14 };

/** Traces of calls to models: what was asked and answered, tokens and time. Keeps them in PostgreSQL. */
export const phoenix = defineWorkload({
  kind: "phoenix",
  summary: "Traces of calls to models: prompts, answers, tokens and time",
  memory: "768 MiB, at most 1,536: an idle one measured 510, and each span that waits to be written takes 50 KiB.",
  runtimes: ["kubernetes", "compose"],
  ports: {
    http: { port: HTTP, audience: "mesh", credentials: "admin" },
    metrics: { port: METRICS_PORT, audience: "cluster" },
  },
  needs: { database: { kind: "postgres", port: "sql" } },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    retentionDays: z
      .int()
      .min(1)
      .max(400)
      .optional()
      .meta({
        description:
          "Age at which traces are deleted: 90 days of public and internal data, 30 of confidential and 14 of personal, " +
          "unless stated.",
      }),
  },
  build: (spec, context) => {
    const { database } = context.needs;
    return {
      replicas: 1,
      container: {
        image: context.image("phoenix"),
        env: {
          PHOENIX_PORT: String(HTTP),
          PHOENIX_WORKING_DIR: "/mnt/data",
          PHOENIX_POSTGRES_HOST: database.host,
          PHOENIX_POSTGRES_PORT: String(database.port),
          PHOENIX_POSTGRES_USER: credential(database, "username"),
          PHOENIX_POSTGRES_PASSWORD: credential(database, "password"),
          PHOENIX_POSTGRES_DB: credential(database, "username"),
          PHOENIX_ENABLE_AUTH: "true",
          PHOENIX_SECRET: { secret: "signing", key: "key" },
          // Whoever sends it may do everything: the collector writes with it.
          PHOENIX_ADMIN_SECRET: { secret: "admin", key: "key" },
          PHOENIX_DEFAULT_ADMIN_INITIAL_PASSWORD: { secret: "login", key: "password" },
          PHOENIX_DEFAULT_RETENTION_POLICY_DAYS: String(spec.retentionDays ?? RETENTION[context.dataClass] ?? 14),
          PHOENIX_ENABLE_PROMETHEUS: "true",
          PHOENIX_TELEMETRY_ENABLED: "false",
        },
        cpu: { request: 0.2 },
        memoryMiB: { request: 768, limit: 1536 },
        probes: httpProbes({ port: HTTP, ready: "/readyz", live: "/healthz", startSeconds: 600 }),
        scratch: ["/mnt/data", "/tmp"],
        user: 65532,
      },
      prepare: { erasure: psql({ image: context.image("postgres"), database, file: ERASURE }) },
      files: { [ERASURE]: ERASE_SUBJECT },
      secrets: {
        signing: { class: "generated", keys: ["key"] },
        admin: { class: "generated", keys: ["key"] },
        // Of the first start: after that it is changed in Phoenix itself.
        login: { class: "generated", keys: ["password"] },
      },
    };
  },
});
