import { BUCKET, BUCKET_EXAMPLE, companion, companionsOf } from "../companions.ts";
import { bad, boundary, changed, good, unknown } from "../example.ts";
import { noParameters } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import type { Rule } from "../rule.ts";
import { asObject } from "../values.ts";
import { statementsOf, type Statement } from "./iam-documents.ts";
import type { z } from "zod";

const POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const document = (Effect: string, secure: string): string =>
  JSON.stringify({
    Statement: [
      { Effect, Principal: "*", Action: "s3:*", Resource: "*", Condition: { Bool: { "aws:SecureTransport": secure } } },
    ],
  });
const policy = companion(POLICY, { policy: document("Deny", "false") });

export const bucketsRequireTls: Rule<z.output<typeof noParameters>> = {
  id: "security/buckets-require-tls",
  title: "Buckets refuse requests without TLS",
  why:
    "S3 answers plain HTTP unless it is told not to. One client with a wrong address then sends backups, and the " +
    "signature that fetches them, in clear text.",
  severity: "high",
  level: "mandatory",
  scope: "environment",
  config: noParameters,
  unknown: "warn",
  fix: "Give the bucket a policy that denies s3:* where aws:SecureTransport is false.",
  source: "AWS Foundational Security Best Practices S3.5",
  examples: [
    good("requests without TLS are denied", [BUCKET_EXAMPLE, policy]),
    bad("no policy", BUCKET_EXAMPLE, "bucket"),
    boundary(
      "the same condition on an Allow",
      [BUCKET_EXAMPLE, changed(policy, "policy", document("Allow", "false"))],
      "bucket",
    ),
    boundary(
      "requests with TLS denied",
      [BUCKET_EXAMPLE, changed(policy, "policy", document("Deny", "true"))],
      "bucket",
    ),
    unknown("a policy that `up` decides", [BUCKET_EXAMPLE, changed(policy, "policy", UNKNOWN)], "bucket"),
  ],

  *check(rows) {
    for (const row of rows) {
      if (row.type !== BUCKET) continue;
      const policies = companionsOf(rows, row, POLICY).map((other) => statementsOf(other).statements);
      if (policies.some((statements) => Array.isArray(statements) && statements.some(deniesPlain))) continue;
      yield {
        urn: row.urn,
        path: "bucket",
        message: `${row.name} answers requests without TLS.`,
        value: policies.includes(UNKNOWN) ? UNKNOWN : "no such policy",
        limit: "a policy that denies requests without TLS",
      };
    }
  },
};

function deniesPlain({ effect, fields }: Statement): boolean {
  const condition = asObject(asObject(fields["Condition"])?.["Bool"])?.["aws:SecureTransport"];
  return effect === "Deny" && (condition === "false" || condition === false);
}
