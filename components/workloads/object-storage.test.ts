import { expect, test } from "vitest";
import { buildExample } from "./example.ts";
import { objectStorage } from "./object-storage.ts";

const fields = { host: "s3.eu-central-1.amazonaws.com", buckets: { "data-sets": { expireDays: 90 } } };

test("requests are signed for the region in the host's name, with keys that somebody provides", () => {
  const { container, secrets } = buildExample(objectStorage, fields);
  expect(container.env).toMatchObject({
    AWS_ENDPOINT_URL: "https://s3.eu-central-1.amazonaws.com",
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: { secret: "access", key: "access-key-id" },
  });
  expect(secrets).toEqual({ access: { class: "provided", keys: ["access-key-id", "secret-access-key"] } });
});

test("each bucket is made as declared, that of the backups too", () => {
  const backups = { ID: "age", Status: "Enabled", Filter: { Prefix: "" } };
  const abort = { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } };
  const rules = (rule: object) => JSON.stringify({ Rules: [{ ...backups, ...rule, ...abort }] });
  expect(buildExample(objectStorage, fields).container.args?.[0]?.split("\n")).toEqual([
    "aws s3api head-bucket --bucket data-sets 2> /dev/null || aws s3api create-bucket --bucket data-sets",
    "aws s3api put-bucket-versioning --bucket data-sets --versioning-configuration Status=Enabled",
    `aws s3api put-bucket-lifecycle-configuration --bucket data-sets --lifecycle-configuration '${rules({
      Expiration: { Days: 90 },
      NoncurrentVersionExpiration: { NoncurrentDays: 30 },
    })}'`,
    "aws s3api head-bucket --bucket backups 2> /dev/null || aws s3api create-bucket --bucket backups",
    "aws s3api put-bucket-versioning --bucket backups --versioning-configuration Status=Enabled",
    `aws s3api put-bucket-lifecycle-configuration --bucket backups --lifecycle-configuration '${rules({
      NoncurrentVersionExpiration: { NoncurrentDays: 7 },
    })}'`,
  ]);
});

test("who needs it reaches the service itself", () => {
  expect(objectStorage.outside(fields)).toBe("s3.eu-central-1.amazonaws.com");
});
