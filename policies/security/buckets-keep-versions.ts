import { BUCKET, BUCKET_EXAMPLE, companion, companionsOf } from "../companions.ts";
import { bad, boundary, changed, good, unknown } from "../example.ts";
import { demandOne, noParameters } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import type { Rule } from "../rule.ts";
import { placeIn } from "../values.ts";
import type { z } from "zod";

const VERSIONING = "aws:s3/bucketVersioning:BucketVersioning";
const versioning = companion(VERSIONING, { versioningConfiguration: { status: "Enabled" } });

export const bucketsKeepVersions: Rule<z.output<typeof noParameters>> = {
  id: "security/buckets-keep-versions",
  title: "Buckets keep what was overwritten",
  why:
    "Whoever may write a backup may overwrite it, a burst node that was taken over included. With versions the " +
    "good one is still there until the lifecycle ends it.",
  severity: "medium",
  level: "mandatory",
  scope: "environment",
  config: noParameters,
  unknown: "warn",
  fix: "Give the bucket a BucketVersioning with the status Enabled.",
  source: "AWS Foundational Security Best Practices S3.14",
  examples: [
    good("versions are kept", [BUCKET_EXAMPLE, versioning]),
    bad("nothing said", BUCKET_EXAMPLE, "bucket"),
    boundary(
      "versions are kept no longer",
      [BUCKET_EXAMPLE, changed(versioning, "versioningConfiguration.status", "Suspended")],
      "bucket",
    ),
    unknown(
      "a status that `up` decides",
      [BUCKET_EXAMPLE, changed(versioning, "versioningConfiguration", UNKNOWN)],
      "bucket",
    ),
  ],

  *check(rows) {
    for (const row of rows) {
      if (row.type !== BUCKET) continue;
      const states = companionsOf(rows, row, VERSIONING).map((other) =>
        placeIn(other, "versioningConfiguration", "status"),
      );
      for (const fault of demandOne(states, {
        path: "bucket",
        message: `What is overwritten in ${row.name} is gone.`,
        nothing: "no versions",
        limit: "the status Enabled",
        isMet: ({ value }) => value === "Enabled",
      }))
        yield { urn: row.urn, ...fault };
    }
  },
};
