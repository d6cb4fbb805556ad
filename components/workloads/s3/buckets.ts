import { z } from "zod";
import type { Container } from "../contract.ts";

const bucket = z.strictObject({
  versions: z.boolean().default(true).meta({ description: "Whether what is overwritten or deleted is kept." }),
  keepVersionsDays: z.int().min(1).default(30).meta({ description: "Age at which old versions are deleted." }),
  expireDays: z.int().min(1).optional().meta({ description: "Age at which objects are deleted." }),
});

/** Fields of the kinds that serve objects. */
export const BUCKET_FIELDS = {
  buckets: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/), bucket)
    .default({})
    .meta({ description: "Buckets by name, beside that of the backups." }),
  backupBucket: z.string().default("backups").meta({ description: "Where the backups of other workloads go." }),
  personalPrefix: z
    .string()
    .regex(/^[\w./-]*\{subject\}\/$/)
    .default("persons/{subject}/")
    .meta({ description: "Folder of every bucket that holds one person's objects." }),
};

interface BucketFields {
  readonly buckets: Readonly<Record<string, z.output<typeof bucket>>>;
  readonly backupBucket: string;
  readonly personalPrefix: string;
}

/** Restic deletes what is too old itself; a version that it deleted must not live on for long. */
const BACKUPS = { versions: true, keepVersionsDays: 7 };

/** Makes every bucket as declared, and those that are there already equal to it. Deletes none. */
export const bucketScript = ({ buckets, backupBucket }: BucketFields): string =>
  Object.entries({ ...buckets, [backupBucket]: BACKUPS })
    .map(([name, declared]) =>
      [
        `aws s3api head-bucket --bucket ${name} 2> /dev/null || aws s3api create-bucket --bucket ${name}`,
        `aws s3api put-bucket-versioning --bucket ${name} --versioning-configuration Status=${declared.versions ? "Enabled" : "Suspended"}`,
        `aws s3api put-bucket-lifecycle-configuration --bucket ${name} --lifecycle-configuration '${JSON.stringify({ Rules: [lifecycleRule(declared)] })}'`,
      ].join("\n"),
    )
    .join("\n");

const lifecycleRule = ({ keepVersionsDays, expireDays }: z.output<typeof bucket>) => ({
  ID: "age",
  Status: "Enabled",
  Filter: { Prefix: "" },
  ...(expireDays === undefined ? {} : { Expiration: { Days: expireDays } }),
  NoncurrentVersionExpiration: { NoncurrentDays: keepVersionsDays },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
});

/** Deletes each version of each of a person's objects, and what marks them as deleted. */
export const eraseScript = ({ buckets, personalPrefix }: BucketFields): string =>
  [
    `prefix=${personalPrefix.replace("{subject}", '"$SUBJECT"')}`,
    `for bucket in ${Object.keys(buckets).join(" ")}; do`,
    '  aws s3api list-object-versions --bucket "$bucket" --prefix "$prefix" \\',
    '    --query "[Versions, DeleteMarkers][][].[VersionId, Key]" --output text |',
    '    while IFS="$(printf "\\t")" read -r version key; do',
    '      [ "$version" = None ] || aws s3api delete-object --bucket "$bucket" --key "$key" --version-id "$version"',
    "    done",
    "done",
  ].join("\n");

/** A run of AWS's command line. @param env Where the store is, and as whom. */
export const s3Job = (image: string, script: string, env: NonNullable<Container["env"]>): Container => ({
  image,
  command: ["/bin/sh", "-ec"],
  args: [script],
  env: { ...env, HOME: "/tmp" },
  cpu: { request: 0.1 },
  memoryMiB: { request: 256 },
  scratch: ["/tmp"],
  user: 10001,
});
