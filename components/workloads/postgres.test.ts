import { expect, test } from "vitest";
import { buildExample, exampleConsumer } from "./example.ts";
import { postgres } from "./postgres.ts";

const consumers = [exampleConsumer(postgres, "web-app", "sql")];

test("on Kubernetes the operator makes a role and a database for each consumer", () => {
  const workload = buildExample(postgres, { instances: 2 }, { consumers });
  if (workload.form !== "operated") throw new Error("not operated");
  const [cluster, database] = workload.resources;
  const pods = {
    labels: { "splitfleet/team": "platform" },
    nodeSelector: { "splitfleet/pool": "inference" },
    tolerations: [],
    priorityClassName: "production",
  };
  expect(typeof cluster?.spec === "function" && cluster.spec(pods)).toMatchObject({
    instances: 2,
    inheritedMetadata: { labels: pods.labels },
    affinity: { nodeSelector: pods.nodeSelector },
    priorityClassName: "production",
    enableSuperuserAccess: false,
    postgresql: { pg_hba: ["host sameuser all all scram-sha-256", "host all all all reject"] },
    managed: {
      roles: [{ name: "web_app", ensure: "present", login: true, passwordSecret: { name: "postgres-client-web-app" } }],
    },
  });
  expect(database).toEqual({
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Database",
    name: "postgres-web-app",
    spec: {
      cluster: { name: "postgres" },
      name: "web_app",
      owner: "web_app",
      databaseReclaimPolicy: "retain",
      extensions: ["pgcrypto", "postgis", "vector"].map((name) => ({ name, ensure: "present" })),
    },
  });
  expect(workload.secrets).toEqual({
    "client-web-app": { class: "generated", keys: ["username", "password"], fixed: { username: "web_app" } },
  });
});

test("without an object store it keeps no archive, and says none to the operator", () => {
  const without = buildExample(postgres, {}, { needs: { archive: undefined } });
  const kinds = (workload: typeof without) =>
    workload.form === "operated" ? workload.resources.map(({ kind }) => kind) : [];
  expect(kinds(without)).toEqual(["Cluster"]);
  expect(kinds(buildExample(postgres))).toEqual(["Cluster", "ObjectStore", "ScheduledBackup"]);
});

test("its archive is in the store's bucket for backups, with the store's keys as they are delivered to it", () => {
  const workload = buildExample(postgres);
  if (workload.form !== "operated") throw new Error("not operated");
  expect(workload.resources.find(({ kind }) => kind === "ObjectStore")?.spec).toMatchObject({
    retentionPolicy: "14d",
    configuration: {
      destinationPath: "s3://backups/postgres",
      s3Credentials: {
        accessKeyId: { name: "postgres-object-storage-access", key: "access-key-id" },
        secretAccessKey: { name: "postgres-object-storage-access", key: "secret-access-key" },
      },
    },
  });
});

test("on Docker Compose a job does the same, and base backups and the log of changes leave the server", () => {
  const { jobs, sidecars, volumes, secrets } = buildExample(postgres, {}, { consumers, runtime: "compose" });
  expect(jobs?.["tenants"]?.env).toEqual({
    PGHOST: "postgres",
    PGPASSWORD: { secret: "superuser", key: "password" },
    PASSWORD_WEB_APP: { secret: "client-web-app", key: "password" },
  });
  expect(Object.keys(sidecars ?? {})).toEqual(["exporter", "base-backup"]);
  expect(volumes?.["backups"]?.backup).toEqual({ everyHours: 1, keepDays: 14 });
  expect(Object.keys(secrets ?? {})).toEqual(["superuser", "client-web-app"]);
});
