import { BUCKET, BUCKET_EXAMPLE, companion, companionsOf } from "../companions.ts";
import { bad, boundary, changed, good, unknown } from "../example.ts";
import { demandOne, noParameters } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import type { Rule } from "../rule.ts";
import { below, itemsOf, placeIn } from "../values.ts";
import type { z } from "zod";

const LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const lifecycle = companion(LIFECYCLE, { rules: [{ id: "all", status: "Enabled", expiration: { days: 30 } }] });

export const bucketsForget: Rule<z.output<typeof noParameters>> = {
  id: "privacy/buckets-forget",
  title: "Every bucket has a date of deletion for what it holds",
  why:
    "Storage limitation is a maximum, not a wish: backups, exports and traces that never expire bring erased " +
    "data back, and each year of them is paid for.",
  severity: "medium",
  level: "mandatory",
  scope: "environment",
  config: noParameters,
  unknown: "warn",
  fix: "Give the bucket a lifecycle configuration with an enabled rule that expires objects.",
  source: "GDPR Article 5(1)(e); AWS Foundational Security Best Practices S3.13",
  examples: [
    good("objects expire after 30 days", [BUCKET_EXAMPLE, lifecycle]),
    bad("no lifecycle configuration", BUCKET_EXAMPLE, "bucket"),
    boundary(
      "a rule that is not enabled",
      [BUCKET_EXAMPLE, changed(lifecycle, "rules[0].status", "Disabled")],
      "bucket",
    ),
    boundary(
      "the configuration of another bucket",
      [BUCKET_EXAMPLE, changed(lifecycle, "bucket", "another")],
      "bucket",
    ),
    unknown("rules that `up` decides", [BUCKET_EXAMPLE, changed(lifecycle, "rules", UNKNOWN)], "bucket"),
  ],

  *check(rows) {
    for (const row of rows) {
      if (row.type !== BUCKET) continue;
      const rules = companionsOf(rows, row, LIFECYCLE).flatMap((other) => itemsOf(placeIn(other, "rules")));
      for (const fault of demandOne(rules, {
        path: "bucket",
        message: `What ${row.name} holds is kept for ever.`,
        nothing: "nothing",
        limit: "an enabled rule that expires objects",
        isMet: (rule) => {
          const days = below(rule, "expiration", "days").value ?? below(rule, "expiration", "date").value;
          return below(rule, "status").value === "Enabled" && days !== undefined;
        },
      }))
        yield { urn: row.urn, ...fault };
    }
  },
};
