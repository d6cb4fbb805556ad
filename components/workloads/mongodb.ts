import { z } from "zod";
import { type Container, defineWorkload, type SecretDeclaration } from "./contract.ts";
import { keepTwo, nightly } from "./nightly.ts";

const PORT = 27017;
const USER = 999;

/**
 * One MongoDB with a database and a user for each workload that needs it. Its processors need AVX on amd64 and Armv8.2
 * on arm64: on others it ends at once with an illegal instruction.
 */
export const mongodb = defineWorkload({
  kind: "mongodb",
  layer: "data",
  summary: "Document database; the node's processor must have AVX",
  memory: "`memoryMiB`: half of it for its cache.",
  runtimes: ["kubernetes", "compose"],
  ports: { mongodb: { port: PORT, audience: "cluster", scheme: "mongodb", credentials: { perConsumer: "client" } } },
  backups: "optional",
  spec: {
    memoryMiB: z.int().min(512).default(1024),
    cpu: z.number().positive().default(0.5),
    storageGiB: z.number().positive().default(20),
    subjectField: z
      .string()
      .regex(/^[\w.]+$/)
      .default("subject")
      .meta({ description: "Field of a document that says whom it is about." }),
    retentionDays: z.int().min(1).default(365).meta({ description: "Age at which its writers delete documents." }),
  },
  build: (spec, context) => {
    const image = context.image("mongodb");
    const tenants = context.consumers.map(({ workload }) => ({
      secret: `client-${workload}`,
      name: workload,
      variable: `PASSWORD_${workload.replaceAll("-", "_").toUpperCase()}`,
    }));
    const root = { MONGO_ROOT_PASSWORD: { secret: "root", key: "password" } } as const;
    const ping = {
      command: ["mongosh", "--quiet", "--eval", "quit(db.adminCommand('ping').ok ? 0 : 1)"],
      periodSeconds: 20,
      failureThreshold: 3,
      timeoutSeconds: 10,
    };
    const shell = (script: string, env: NonNullable<Container["env"]>): Container => ({
      image,
      command: ["mongosh", "--quiet", "--nodb", "--eval", script],
      env: { HOST: context.name, HOME: "/tmp", ...root, ...env },
      cpu: { request: 0.1 },
      memoryMiB: { request: 128, limit: 256 },
      scratch: ["/tmp"],
      user: USER,
    });
    return {
      replicas: 1,
      container: {
        image,
        args: [
          ...["--auth", "--bind_ip_all", "--port", String(PORT)],
          ...["--wiredTigerCacheSizeGB", String(Math.round((spec.memoryMiB / 2048) * 100) / 100)],
        ],
        env: {
          MONGO_INITDB_ROOT_USERNAME: "root",
          MONGO_INITDB_ROOT_PASSWORD: root.MONGO_ROOT_PASSWORD,
          HOME: "/tmp",
        },
        cpu: { request: spec.cpu },
        memoryMiB: { request: spec.memoryMiB },
        probes: {
          startup: { ...ping, failureThreshold: 30 },
          readiness: ping,
          liveness: { ...ping, failureThreshold: 6 },
        },
        lifecycle: { graceSeconds: 120 },
        scratch: ["/tmp", "/data/configdb"],
        user: USER,
      },
      sidecars: { dumps: nightly({ image, script: DUMP, env: root, user: USER }) },
      volumes: {
        data: { path: "/data/db", sizeGiB: spec.storageGiB, keep: true, retentionDays: spec.retentionDays },
        dumps: {
          path: "/dumps",
          sizeGiB: spec.storageGiB,
          keep: true,
          retentionDays: Math.min(3, spec.retentionDays),
          backup: { everyHours: 24, keepDays: Math.min(14, spec.retentionDays) },
        },
      },
      jobs: {
        tenants: shell(
          tenantsScript(tenants),
          Object.fromEntries(tenants.map(({ variable, secret }) => [variable, { secret, key: "password" }])),
        ),
      },
      secrets: {
        root: { class: "generated", keys: ["password"] },
        ...Object.fromEntries(
          tenants.map(({ secret, name }): [string, SecretDeclaration] => [
            secret,
            { class: "generated", keys: ["username", "password"], fixed: { username: name } },
          ]),
        ),
      },
      erasure: { job: shell(eraseScript(spec.subjectField), {}) },
    };
  },
});

/** Logs in without the password in an argument. */
const LOGIN = `const {HOST, MONGO_ROOT_PASSWORD} = process.env;
const admin = new Mongo("mongodb://" + HOST + ":${PORT}/").getDB("admin");
if (admin.auth("root", MONGO_ROOT_PASSWORD).ok !== 1) quit(1);`;

/** A user that owns the database of its own name, and no other; its password is set anew each time. */
const tenantsScript = (tenants: readonly { readonly name: string; readonly variable: string }[]): string =>
  `${LOGIN}
for (const {name, variable} of ${JSON.stringify(tenants.map(({ name, variable }) => ({ name, variable })))}) {
  const own = admin.getSiblingDB(name);
  const account = {pwd: process.env[variable], roles: [{role: "dbOwner", db: name}]};
  if (own.getUser(name) === null) own.createUser({user: name, ...account});
  else own.updateUser(name, account);
}`;

const eraseScript = (field: string): string => `${LOGIN}
const system = ["admin", "config", "local"];
for (const {name} of admin.adminCommand({listDatabases: 1}).databases.filter(({name}) => !system.includes(name))) {
  const database = admin.getSiblingDB(name);
  for (const collection of database.getCollectionNames()) {
    const {deletedCount} = database.getCollection(collection).deleteMany({${JSON.stringify(field)}: process.env.SUBJECT});
    print(name + "." + collection + ": " + deletedCount);
  }
}`;

const DUMP = `printf 'password: %s\\n' "$MONGO_ROOT_PASSWORD" > /tmp/dump.yaml
mongodump --config /tmp/dump.yaml --host 127.0.0.1 --username root --authenticationDatabase admin \\
  --gzip --archive="/dumps/.new"
mv /dumps/.new "/dumps/$(date -u +%Y%m%dT%H%M%SZ).gz"
${keepTwo("/dumps")}`;
