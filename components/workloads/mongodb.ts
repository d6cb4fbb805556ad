import { z } from "zod";
import { type Container, defineWorkload, type SecretDeclaration } from "./contract.ts";
import { DUMP, eraseScript, passwordsOf, tenantOf, tenantsScript } from "./mongodb/scripts.ts";
import { nightly } from "./nightly.ts";

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
    const tenants = context.consumers.map(({ workload }) => tenantOf(workload));
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
      jobs: { tenants: shell(tenantsScript(PORT, tenants), passwordsOf(tenants)) },
      secrets: {
        root: { class: "generated", keys: ["password"] },
        ...Object.fromEntries(
          tenants.map(({ secret, name }): [string, SecretDeclaration] => [
            secret,
            { class: "generated", keys: ["username", "password"], fixed: { username: name } },
          ]),
        ),
      },
      erasure: { job: shell(eraseScript(PORT, spec.subjectField), {}) },
    };
  },
});
