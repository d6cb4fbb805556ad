import {
  type Container,
  credential,
  type CustomResource,
  type Handle,
  type Operated,
  referredName,
  secretName,
  type SecretReference,
} from "../contract.ts";
import { EXTENSIONS, HOST_RULES, type Tenant } from "./sql.ts";

interface Options {
  readonly name: string;
  readonly container: Container;
  readonly instances: number;
  readonly storageGiB: number;
  readonly keepDays: number;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tenants: readonly Tenant[];
  /** Where backups and the log of changes go; undefined for nowhere. */
  readonly archive: Handle | undefined;
}

/**
 * A cluster of CloudNativePG: the operator fails over, and makes the role and the database of each tenant. Secrets stand
 * where the runtime delivers them, under the workload's name.
 */
export function postgresCluster(
  options: Options,
): Pick<
  Operated,
  "form" | "operator" | "resources" | "podLabels" | "memberLabels" | "secretLabels" | "operatorPorts" | "asksApiServer"
> {
  const { name, container, instances, storageGiB, parameters, tenants, archive } = options;
  const { image, cpu, memoryMiB } = container;
  const memory = `${memoryMiB.request}Mi`;
  return {
    form: "operated",
    operator: "cloudnative-pg",
    podLabels: { "cnpg.io/cluster": name, "cnpg.io/instanceRole": "primary" },
    memberLabels: { "cnpg.io/cluster": name },
    secretLabels: { "cnpg.io/reload": "true" },
    // The instance manager's own, where the operator asks how it is.
    operatorPorts: [8000],
    asksApiServer: true,
    resources: [
      {
        apiVersion: "postgresql.cnpg.io/v1",
        kind: "Cluster",
        spec: ({ labels, nodeSelector, tolerations, priorityClassName }) => ({
          instances,
          inheritedMetadata: { labels },
          affinity: { nodeSelector, tolerations },
          priorityClassName,
          imageName: image,
          enableSuperuserAccess: false,
          primaryUpdateStrategy: "unsupervised",
          postgresql: { parameters, pg_hba: [...HOST_RULES] },
          bootstrap: { initdb: { database: "main", owner: "main", dataChecksums: true } },
          managed: {
            roles: tenants.map(({ role, secret }) => ({
              name: role,
              ensure: "present",
              login: true,
              passwordSecret: { name: secretName(name, secret) },
            })),
          },
          storage: { size: `${storageGiB}Gi`, resizeInUseVolumes: true },
          resources: { requests: { cpu: String(cpu.request), memory }, limits: { memory } },
          monitoring: { enablePodMonitor: false },
          ...(archive === undefined
            ? {}
            : {
                plugins: [
                  {
                    name: "barman-cloud.cloudnative-pg.io",
                    isWALArchiver: true,
                    parameters: { barmanObjectName: `${name}-archive` },
                  },
                ],
              }),
        }),
      },
      ...tenants.map(({ workload, role }) => ({
        apiVersion: "postgresql.cnpg.io/v1",
        kind: "Database",
        name: `${name}-${workload}`,
        spec: {
          cluster: { name },
          name: role,
          owner: role,
          databaseReclaimPolicy: "retain",
          extensions: EXTENSIONS.map((extension) => ({ name: extension, ensure: "present" })),
        },
      })),
      ...(archive === undefined ? [] : archiveResources(options, archive)),
    ],
  };
}

/** A base backup each night, and every change since, in the object store: a restore can stop at any moment. */
function archiveResources({ name, keepDays }: Options, store: Handle): CustomResource[] {
  const { ARCHIVE_ACCESS_KEY_ID: id, ARCHIVE_SECRET_ACCESS_KEY: secret } = archiveKeys(store);
  const selectorOf = (reference: SecretReference) => ({ name: referredName(name, reference), key: reference.key });
  if (store.backupBucket === undefined) throw new Error(`workload ${store.workload} has no bucket for backups`);
  return [
    {
      apiVersion: "barmancloud.cnpg.io/v1",
      kind: "ObjectStore",
      name: `${name}-archive`,
      spec: {
        retentionPolicy: `${keepDays}d`,
        // Of the plugin's container beside each server.
        instanceSidecarConfiguration: {
          resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } },
        },
        configuration: {
          destinationPath: `s3://${store.backupBucket}/${name}`,
          endpointURL: store.url,
          s3Credentials: { accessKeyId: selectorOf(id), secretAccessKey: selectorOf(secret) },
          wal: { compression: "gzip" },
          data: { compression: "gzip" },
        },
      },
    },
    {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "ScheduledBackup",
      name: `${name}-nightly`,
      spec: {
        // Six fields: the first are seconds.
        schedule: "0 30 2 * * *",
        backupOwnerReference: "self",
        cluster: { name },
        method: "plugin",
        pluginConfiguration: { name: "barman-cloud.cloudnative-pg.io" },
      },
    },
  ];
}

/** Variables that name the keys of the store. */
export const archiveKeys = (store: Handle) => ({
  ARCHIVE_ACCESS_KEY_ID: credential(store, "access-key-id"),
  ARCHIVE_SECRET_ACCESS_KEY: credential(store, "secret-access-key"),
});

/** What a consumer's client reads: where its database is, and who it is; both have the same name. */
export const postgresEnvironment = (database: Handle) => ({
  PGHOST: database.host,
  PGPORT: String(database.port),
  PGDATABASE: credential(database, "username"),
  PGUSER: credential(database, "username"),
  PGPASSWORD: credential(database, "password"),
});
