import { z } from "zod";
import { type Container, defineWorkload, type SecretDeclaration } from "./contract.ts";
import { archiveKeys, postgresCluster, TENANT_KEYS } from "./postgres/cluster.ts";
import { ALERTS, METRICS, METRICS_PORT, PANELS } from "./postgres/observability.ts";
import { postgresServer } from "./postgres/server.ts";
import { ERASE_SQL, tenantOf, tenantsSql } from "./postgres/sql.ts";

const SQL = 5432;
/** User id of the image. */
const USER = 26;

/** PostgreSQL with pgcrypto, PostGIS and pgvector: a role and a database of its own for each workload that needs it. */
export const postgres = defineWorkload({
  kind: "postgres",
  layer: "data",
  summary: "PostgreSQL with pgcrypto, PostGIS and pgvector, and a database for each workload that needs it",
  memory: "`memoryMiB`: a quarter of it for pages, and up to 10 MiB for each connection.",
  runtimes: ["kubernetes", "compose"],
  ports: {
    sql: { port: SQL, audience: "cluster", scheme: "postgresql", credentials: { perConsumer: "client" } },
    metrics: { port: METRICS_PORT, audience: "cluster" },
  },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  backups: "optional",
  needs: { archive: { kind: ["object-storage", "seaweedfs"], port: "s3", optional: true } },
  spec: {
    instances: z
      .int()
      .min(1)
      .max(5)
      .default(1)
      .meta({ description: "Servers with a copy each, of which one takes writes; on Docker Compose one." }),
    memoryMiB: z.int().min(256).default(768),
    cpu: z.number().positive().default(0.5),
    connections: z.int().min(20).max(1000).default(100),
    storageGiB: z.number().positive().default(20),
    keepDays: z.int().min(1).default(14).meta({ description: "Days back to which it can be restored." }),
    retentionDays: z
      .int()
      .min(1)
      .default(365)
      .meta({ description: "Age at which the workloads delete their rows; each does that itself." }),
  },
  build: (spec, context) => {
    const { archive } = context.needs;
    const tenants = context.consumers.filter(({ port }) => port === "sql").map(({ workload }) => tenantOf(workload));
    const clients = Object.fromEntries(
      tenants.map(({ secret, role }): [string, SecretDeclaration] => [
        secret,
        { class: "generated", keys: TENANT_KEYS, fixed: { username: role } },
      ]),
    );
    const parameters = {
      max_connections: String(spec.connections),
      shared_buffers: `${Math.floor(spec.memoryMiB / 4)}MB`,
      effective_cache_size: `${Math.floor((spec.memoryMiB * 3) / 4)}MB`,
      log_min_duration_statement: "1000",
      // A statement in the log would have the persons' data in it.
      log_parameter_max_length: "0",
      log_parameter_max_length_on_error: "0",
      password_encryption: "scram-sha-256",
    };
    const ready = { command: ["pg_isready", "--quiet", "--host=127.0.0.1"], periodSeconds: 10, failureThreshold: 3 };
    const container: Container = {
      image: context.image("postgres"),
      cpu: { request: spec.cpu },
      memoryMiB: { request: spec.memoryMiB },
      probes: {
        startup: { ...ready, failureThreshold: 60 },
        readiness: ready,
        liveness: { ...ready, failureThreshold: 6 },
      },
      lifecycle: { graceSeconds: 120 },
      user: USER,
    };
    const psql = (script: string): Container => ({
      image: container.image,
      command: ["/bin/sh", "-ec"],
      args: [script],
      env: {
        PGHOST: context.name,
        ...Object.fromEntries(tenants.map(({ variable, secret }) => [variable, { secret, key: "password" }])),
      },
      cpu: { request: 0.1 },
      memoryMiB: { request: 64 },
      scratch: ["/tmp"],
      user: USER,
    });
    // Each database is asked as its own role: nobody else may.
    const erasure = {
      job: psql(
        tenants
          .map(({ role, variable }) => `PGPASSWORD="$${variable}" psql -U ${role} -d ${role} <<'EOF'\n${ERASE_SQL}EOF`)
          .join("\n"),
      ),
    };
    if (context.runtime === "compose") {
      const server = postgresServer({
        ...spec,
        container,
        exporterImage: context.image("postgres-exporter"),
        parameters,
      });
      const job = psql(`psql -U postgres -d postgres <<'EOF'\n${tenantsSql(tenants)}EOF`);
      const superuser = { PGPASSWORD: { secret: "superuser", key: "password" } };
      return {
        ...server,
        jobs: { tenants: { ...job, env: { ...job.env, ...superuser } } },
        secrets: { ...server.secrets, ...clients },
        erasure,
      };
    }
    const { instances, storageGiB, retentionDays } = spec;
    const keys = archive === undefined ? {} : archiveKeys(archive);
    return {
      ...postgresCluster({ ...spec, name: context.name, container, parameters, tenants, archive }),
      container: { ...container, env: keys },
      replicas: instances,
      peers: [SQL],
      volumes: {
        data: {
          path: "/var/lib/postgresql/data",
          sizeGiB: storageGiB,
          keep: true,
          retentionDays,
          ...(archive === undefined ? {} : { archiveDays: spec.keepDays }),
        },
      },
      secrets: clients,
      erasure,
    };
  },
});
