import { z } from "zod";
import { type Container, defineWorkload } from "./contract.ts";
import { archiveKeys, postgresCluster } from "./postgres/cluster.ts";
import { ALERTS, METRICS, METRICS_PORT, PANELS } from "./postgres/observability.ts";
import { serverParameters } from "./postgres/parameters.ts";
import { postgresServer } from "./postgres/server.ts";
import { tenantOf, tenantsSql } from "./postgres/sql.ts";
import { eraseScript, tenantPasswords, tenantSecrets } from "./postgres/tenants.ts";

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
    const clients = tenantSecrets(tenants);
    const parameters = serverParameters(spec);
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
      env: { PGHOST: context.name, ...tenantPasswords(tenants) },
      cpu: { request: 0.1 },
      memoryMiB: { request: 64 },
      scratch: ["/tmp"],
      user: USER,
    });
    const erasure = { job: psql(eraseScript(tenants)) };
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
