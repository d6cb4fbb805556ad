import { z } from "zod";
import { cidr, pattern, slug } from "./values.ts";

/**
 * Lowest patch of each k3s minor that keeps flannel's interface when tailscaled restarts
 * (k3s issues 12436 and 14142, fixed in 1.33.13, 1.34.9, 1.35.6 and 1.36.2).
 */
export const K3S_MINIMUM = { "1.33": 13, "1.34": 9, "1.35": 6, "1.36": 2 } as const;

const ISSUER = "an https address without a slash at its end such as https://identity.example.com";

/** One k3s cluster over all sites. */
export const cluster = z.strictObject({
  version: pattern(/^v1\.\d{2}\.\d+\+k3s\d+$/, "a k3s release such as v1.36.2+k3s1").meta({
    description: "k3s release; its checksum stands in the lock.",
  }),
  snapshots: z
    .strictObject({
      endpoint: pattern(/^[a-z0-9.-]+\.[a-z]{2,}$/, "a host such as fsn1.your-objectstorage.com").meta({
        description: "S3 service; its keys stand in Vault, see docs/operations.md.",
      }),
      region: slug.meta({ description: "As the service names it, such as fsn1." }),
      bucket: pattern(/^[a-z0-9.-]{3,63}$/, "a bucket's name"),
      schedule: pattern(/^(\S+ ){4}\S+$/, "five fields of cron such as 0 */6 * * *")
        .default("0 */6 * * *")
        .meta({ description: "When etcd is copied, in UTC: what is newer than the last copy is lost in a restore." }),
      retention: z.int().min(1).max(1000).default(28).meta({ description: "Copies that are kept." }),
    })
    .optional()
    .meta({ description: "Where copies of etcd go; without it they stay on the server's own disk." }),
  issuer: z
    .url({ protocol: /^https$/, error: ISSUER })
    .refine((url) => !url.endsWith("/"), ISSUER)
    .optional()
    .meta({
      errorMessage: ISSUER,
      description:
        "Who issues the tokens of service accounts: where AWS and others outside find the cluster's public keys. Part of " +
        "every token, so it is stated before the first start and stays.",
    }),
  podRange: cidr.default("10.42.0.0/16"),
  serviceRange: cidr.default("10.43.0.0/16"),
});
