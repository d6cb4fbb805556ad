import { z } from "zod";
import { defineWorkload } from "./contract.ts";
import { httpProbes } from "./probes.ts";
import { BUCKET_FIELDS, bucketScript, eraseScript, s3Job } from "./s3/buckets.ts";
import { S3_KEYS, s3Settings } from "./s3/client.ts";
import { identityOf, keysOf, startScript } from "./seaweedfs/identities.ts";
import { ALERTS, METRICS, METRICS_PORT, PANELS } from "./seaweedfs/observability.ts";

const S3 = 8333;
const USER = 1000;

/** Objects on a disk of the fleet: master, volume server, filer and S3 in one process. */
export const seaweedfs = defineWorkload({
  kind: "seaweedfs",
  layer: "data",
  summary: "Object store with an S3 interface, on one node",
  memory: "`memoryMiB`; 20 bytes for each object and what is read at once.",
  runtimes: ["kubernetes", "compose"],
  ports: {
    s3: { port: S3, audience: "cluster", credentials: { perConsumer: "client" } },
    metrics: { port: METRICS_PORT, audience: "cluster" },
  },
  metrics: METRICS,
  alerts: ALERTS,
  panels: PANELS,
  spec: {
    storageGiB: z.number().positive().default(100),
    memoryMiB: z.int().min(256).default(512),
    retentionDays: z
      .int()
      .min(1)
      .default(365)
      .meta({ description: "Age at which objects of buckets without `expireDays` are deleted." }),
    ...BUCKET_FIELDS,
  },
  example: { buckets: { artifacts: {} } },
  backupBucket: (spec) => spec.backupBucket,
  build: (spec, context) => {
    const buckets = Object.fromEntries(
      Object.entries(spec.buckets).map(([name, bucket]) => [name, { expireDays: spec.retentionDays, ...bucket }]),
    );
    const identities = context.consumers
      .filter(({ port }) => port === "s3")
      .map(({ workload }) => identityOf(workload));
    const client = context.image("aws-cli");
    const env = { ...s3Settings(`http://${context.name}:${S3}`), ...keysOf("AWS", "root") };
    return {
      replicas: 1,
      container: {
        image: context.image("seaweedfs"),
        command: ["/bin/sh", "-ec"],
        args: [
          startScript({ s3: S3, metrics: METRICS_PORT }, identities, [...Object.keys(buckets), spec.backupBucket]),
        ],
        env: {
          ...keysOf("ROOT", "root"),
          ...Object.assign({}, ...identities.map(({ prefix, secret }) => keysOf(prefix, secret))),
          GOMEMLIMIT: `${Math.floor(spec.memoryMiB * 0.9)}MiB`,
        },
        cpu: { request: 0.25 },
        memoryMiB: { request: spec.memoryMiB },
        probes: httpProbes({ port: S3, ready: "/healthz", startSeconds: 300, timeoutSeconds: 3 }),
        scratch: ["/tmp"],
        user: USER,
      },
      volumes: {
        data: { path: "/data", sizeGiB: spec.storageGiB, keep: true, retentionDays: spec.retentionDays },
      },
      jobs: { buckets: s3Job(client, bucketScript({ ...spec, buckets }), env) },
      secrets: Object.fromEntries(
        ["root", ...identities.map(({ secret }) => secret)].map((secret) => [
          secret,
          { class: "generated", keys: S3_KEYS },
        ]),
      ),
      erasure: { job: s3Job(client, eraseScript({ ...spec, buckets }), env) },
    };
  },
});
