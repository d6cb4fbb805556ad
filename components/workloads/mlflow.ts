import { readFileSync } from "node:fs";
import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { postgresEnvironment } from "./postgres/cluster.ts";
import { httpProbes } from "./probes.ts";
import { s3Environment } from "./s3/client.ts";

const HTTP = 5000;
const LOGIN = "/etc/mlflow/login.py";

/** Versions of models, the runs that made them, and which is candidate or champion. Keeps them in PostgreSQL and S3. */
export const mlflow = defineWorkload({
  kind: "mlflow",
  layer: "data",
  summary: "Registry of models: versions, the runs that made them, candidate and champion",
  memory: "1 GiB, at most 1.5 GiB, for two processes.",
  runtimes: ["kubernetes", "compose"],
  ports: { http: { port: HTTP, audience: "mesh", credentials: "login" } },
  needs: {
    database: { kind: "postgres", port: "sql" },
    store: { kind: ["seaweedfs", "object-storage"], port: "s3" },
  },
  spec: {
    bucket: z.string().default("models").meta({ description: "Bucket of the object store that takes the artefacts." }),
    hosts: z.array(z.string()).default([]).meta({
      description: "Names under which it is asked beside those within the fleet, such as the one in the mesh.",
    }),
  },
  build: (spec, context) => {
    const { database, store } = context.needs;
    const image = context.image("mlflow");
    // User and password come from the environment, as PostgreSQL's library reads them; the database has the user's name.
    const backend = "postgresql+psycopg2://";
    const env = {
      ...s3Environment(store),
      MLFLOW_S3_ENDPOINT_URL: store.url,
      ...postgresEnvironment(database),
      MLFLOW_AUTH_CONFIG_PATH: "/run/mlflow/basic_auth.ini",
      MLFLOW_DISABLE_TELEMETRY: "true",
      HOME: "/tmp",
    };
    const common = { image, scratch: ["/tmp", "/run/mlflow"], user: 10001 };
    return {
      replicas: 1,
      container: {
        ...common,
        command: ["mlflow", "server"],
        args: [
          "--app-name=basic-auth",
          "--host=0.0.0.0",
          `--port=${HTTP}`,
          "--workers=2",
          `--backend-store-uri=${backend}`,
          "--serve-artifacts",
          `--artifacts-destination=s3://${spec.bucket}/mlflow`,
          `--allowed-hosts=${allowedHosts(context.name, spec.hosts).join(",")}`,
        ],
        env: { ...env, MLFLOW_FLASK_SERVER_SECRET_KEY: { secret: "session", key: "key" } },
        cpu: { request: 0.2 },
        memoryMiB: { request: 1024, limit: 1536 },
        probes: httpProbes({ port: HTTP, ready: "/health", startSeconds: 600, timeoutSeconds: 5 }),
      },
      prepare: {
        schema: {
          ...common,
          command: ["mlflow", "db", "upgrade", backend],
          env,
          cpu: { request: 0.2 },
          memoryMiB: { request: 512 },
        },
        login: {
          ...common,
          command: ["python", LOGIN],
          env: { ...env, DATABASE_URI: backend, ADMIN_PASSWORD: { secret: "login", key: "password" } },
          cpu: { request: 0.2 },
          memoryMiB: { request: 512 },
        },
      },
      files: { [LOGIN]: readFileSync(new URL("mlflow/login.py", import.meta.url), "utf8") },
      secrets: {
        login: { class: "generated", keys: ["username", "password"], fixed: { username: "admin" } },
        session: { class: "generated", keys: ["key"] },
      },
      erasure: {
        impossible:
          "It holds models, not persons: weights can not forget. Erase the person from the data set, then tune anew.",
      },
    };
  },
});

/** Any other name in a request is refused: it could be one that an attacker lets point here. */
const allowedHosts = (name: string, more: readonly string[]): string[] =>
  [name, `${name}.*.svc.cluster.local`, "localhost", "127.0.0.1", ...more].flatMap((host) => [host, `${host}:${HTTP}`]);
