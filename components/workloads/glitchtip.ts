import { z } from "zod";
import { type Container, credential, defineWorkload, type SecretReference } from "./contract.ts";
import { httpProbes } from "./probes.ts";

const HTTP = 8000;

/** Errors of applications, sent with Sentry's own clients. Keeps them in PostgreSQL. */
export const glitchtip = defineWorkload({
  kind: "glitchtip",
  summary: "Errors of applications, for every client of Sentry",
  memory: "384 MiB, at most 768, for the server and as much for the worker.",
  runtimes: ["kubernetes", "compose"],
  ports: { http: { port: HTTP, audience: "mesh" } },
  needs: {
    database: { kind: "postgres", port: "sql" },
    queue: { kind: "valkey-queue", port: "redis" },
  },
  spec: {
    domain: z.url({ protocol: /^https?$/ }).meta({ description: "Address under which people open it." }),
    retentionDays: z.int().min(1).max(400).default(30).meta({ description: "Age at which events are deleted." }),
  },
  example: { domain: "http://errors.example.ts.net:8000" },
  build: (spec, context) => {
    const { database, queue } = context.needs;
    const image = context.image("glitchtip");
    const env: Record<string, string | SecretReference> = {
      DATABASE_USER: credential(database, "username"),
      DATABASE_PASSWORD: credential(database, "password"),
      DATABASE_NAME: credential(database, "username"),
      VALKEY_PASSWORD: credential(queue, "password"),
      SECRET_KEY: { secret: "signing", key: "key" },
      GLITCHTIP_DOMAIN: spec.domain,
      GLITCHTIP_MAX_EVENT_LIFE_DAYS: String(spec.retentionDays),
      ENABLE_USER_REGISTRATION: "False",
      ENABLE_ORGANIZATION_CREATION: "False",
      // It mails nothing: what is urgent is an alert.
      EMAIL_URL: "consolemail://",
      PORT: String(HTTP),
      HOME: "/tmp",
    };
    // It takes addresses with the password within, which no definition knows.
    const addresses = [
      `export DATABASE_URL="postgres://$DATABASE_USER:$DATABASE_PASSWORD@${database.host}:${database.port}/$DATABASE_NAME"`,
      `export VALKEY_URL="redis://:$VALKEY_PASSWORD@${queue.host}:${queue.port}/0"`,
    ];
    const part = (program: string): Container => ({
      image,
      command: ["/bin/sh", "-ec"],
      args: [[...addresses, `exec ${program}`].join("\n")],
      env,
      cpu: { request: 0.1 },
      memoryMiB: { request: 384, limit: 768 },
      scratch: ["/tmp", "/code/uploads"],
      user: 5000,
    });
    return {
      replicas: 1,
      container: {
        ...part("./bin/start.sh"),
        probes: httpProbes({ port: HTTP, ready: "/_health/", startSeconds: 300 }),
      },
      sidecars: { worker: part("./bin/run-worker.sh") },
      prepare: { migrate: part("./bin/run-migrate.sh") },
      // It signs sessions and nothing that is kept.
      secrets: { signing: { class: "generated", keys: ["key"] } },
      erasure: { impossible: `Events are deleted by age only: they go after ${spec.retentionDays} days.` },
    };
  },
});
