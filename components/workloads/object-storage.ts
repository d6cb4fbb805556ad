import { z } from "zod";
import { defineWorkload, type SecretReference } from "./contract.ts";
import { BUCKET_FIELDS, bucketScript, eraseScript, s3Job } from "./s3/buckets.ts";
import { S3_KEYS, s3Settings } from "./s3/client.ts";

const ACCESS: Readonly<Record<string, SecretReference>> = {
  AWS_ACCESS_KEY_ID: { secret: "access", key: "access-key-id" },
  AWS_SECRET_ACCESS_KEY: { secret: "access", key: "secret-access-key" },
};

/** Objects in an S3 service that somebody else runs; what runs here only prepares its buckets. */
export const objectStorage = defineWorkload({
  kind: "object-storage",
  layer: "data",
  summary: "Buckets in an S3 service outside the fleet, such as Hetzner Object Storage or AWS S3",
  memory: "256 MiB while the buckets are prepared.",
  runtimes: ["kubernetes", "compose"],
  ports: { s3: { port: 443, audience: "cluster", scheme: "https", credentials: "access" } },
  spec: {
    host: z
      .string()
      .regex(/^[a-z0-9.-]+\.[a-z]{2,}$/)
      .meta({ description: "Where the service answers, such as fsn1.your-objectstorage.com." }),
    ...BUCKET_FIELDS,
  },
  example: { host: "fsn1.your-objectstorage.com", buckets: { artifacts: {} } },
  outside: (spec) => spec.host,
  egress: ({ host }) => [{ host, port: 443, purpose: "buckets and objects" }],
  backupBucket: (spec) => spec.backupBucket,
  build: (spec, context) => {
    const image = context.image("aws-cli");
    const env = { ...s3Settings(`https://${spec.host}`), ...ACCESS };
    return {
      form: "batch",
      deadlineSeconds: 600,
      retries: 3,
      container: s3Job(image, bucketScript(spec), env),
      secrets: { access: { class: "provided", keys: S3_KEYS } },
      erasure: { job: s3Job(image, eraseScript(spec), env) },
    };
  },
});
