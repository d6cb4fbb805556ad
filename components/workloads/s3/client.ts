import { credential, type Handle, type SecretReference } from "../contract.ts";

/** Keys of the secret that callers of an object store log in with. */
export const S3_KEYS = ["access-key-id", "secret-access-key"] as const;

/** What clients with AWS's libraries read: where a store is, and who they are. */
export const s3Environment = (store: Handle): Record<string, string | SecretReference> => ({
  ...s3Settings(store.url),
  AWS_ACCESS_KEY_ID: credential(store, "access-key-id"),
  AWS_SECRET_ACCESS_KEY: credential(store, "secret-access-key"),
});

/** The same without the keys. */
export const s3Settings = (url: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: url,
  AWS_REGION: regionOf(new URL(url).hostname),
  // Stores other than AWS's refuse, or write into the object, the checksums that the libraries append since 2025.
  AWS_REQUEST_CHECKSUM_CALCULATION: "when_required",
  AWS_RESPONSE_CHECKSUM_VALIDATION: "when_required",
});

/** Region that requests to a host are signed for; stores that know no regions take any. */
const regionOf = (host: string): string =>
  (/^s3\.([a-z0-9-]+)\.amazonaws\.com$/.exec(host) ?? /^([a-z]{3}\d)\.your-objectstorage\.com$/.exec(host))?.[1] ??
  "us-east-1";
