import { z } from "zod";
import { cidr, pattern } from "./values.ts";

/**
 * Lowest patch of each k3s minor that keeps flannel's interface when tailscaled restarts
 * (k3s issues 12436 and 14142, fixed in 1.33.13, 1.34.9, 1.35.6 and 1.36.2).
 */
export const K3S_MINIMUM = { "1.33": 13, "1.34": 9, "1.35": 6, "1.36": 2 } as const;

/** One k3s cluster over all sites. */
export const cluster = z.strictObject({
  version: pattern(/^v1\.\d{2}\.\d+\+k3s\d+$/, "a k3s release such as v1.36.2+k3s1").meta({
    description: "k3s release; its checksum stands in the lock.",
  }),
  podRange: cidr.default("10.42.0.0/16"),
  serviceRange: cidr.default("10.43.0.0/16"),
});
