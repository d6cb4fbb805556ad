import { BUCKET, BUCKET_EXAMPLE, companion, companionsOf } from "../companions.ts";
import { bad, boundary, changed, good, unknown } from "../example.ts";
import { noParameters } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import type { Rule } from "../rule.ts";
import { isTrue } from "../values.ts";
import type { z } from "zod";

const BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const FLAGS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
const block = companion(BLOCK, Object.fromEntries(FLAGS.map((flag) => [flag, true])));

export const bucketsArePrivate: Rule<z.output<typeof noParameters>> = {
  id: "security/buckets-are-private",
  title: "Buckets block public access in all four ways",
  why:
    "A bucket becomes public by one line in a policy or one list on one object, written by anybody who may write " +
    "to it. The block makes all of them void.",
  severity: "critical",
  level: "mandatory",
  scope: "environment",
  config: noParameters,
  unknown: "fail",
  fix: "Give the bucket a BucketPublicAccessBlock with all four flags set.",
  source: "AWS Foundational Security Best Practices S3.8",
  examples: [
    good("all four flags", [BUCKET_EXAMPLE, block]),
    bad("no block", BUCKET_EXAMPLE, "bucket"),
    boundary("three of the four", [BUCKET_EXAMPLE, changed(block, "restrictPublicBuckets", undefined)], "bucket"),
    boundary("the block of another bucket", [BUCKET_EXAMPLE, changed(block, "bucket", "another")], "bucket"),
    boundary("a bucket whose name `up` decides, with its block beside it", [
      BUCKET_EXAMPLE,
      changed(block, "bucket", UNKNOWN),
    ]),
    unknown("a flag that `up` decides", [BUCKET_EXAMPLE, changed(block, "blockPublicAcls", UNKNOWN)], "bucket"),
  ],

  *check(rows) {
    for (const row of rows) {
      if (row.type !== BUCKET) continue;
      const blocks = companionsOf(rows, row, BLOCK);
      const missing = FLAGS.filter((flag) => !blocks.some(({ inputs }) => isTrue(inputs[flag])));
      if (missing.length === 0) continue;
      const isUndecided = missing.every((flag) => blocks.some(({ inputs }) => inputs[flag] === UNKNOWN));
      yield {
        urn: row.urn,
        path: "bucket",
        message: `${row.name} can be made public, as it does not set ${missing.join(", ")}.`,
        value: isUndecided ? UNKNOWN : `without ${missing.join(", ")}`,
        limit: "all four flags",
      };
    }
  },
};
