import { z } from "zod";
import { hostname, pattern, slug } from "./values.ts";

const id = (what: string) => pattern(/^[0-9a-f]{32}$/, `a Cloudflare ${what} id, 32 hexadecimal digits`);

/** A front end of static files. */
const frontEnd = z.strictObject({
  hostname: hostname.meta({ description: "Under which the world sees it; of the zone, and no workload's." }),
  branch: z
    .string()
    .min(1)
    .default("main")
    .meta({ description: "Branch whose uploads it shows; those of others are previews." }),
});

/** Where the world comes in: Cloudflare in front of the workloads' public ports. */
export const edge = z.strictObject({
  account: id("account"),
  zone: z.strictObject({
    id: id("zone"),
    name: hostname.meta({ description: "The domain. Its rules belong to this environment alone." }),
  }),
  plan: z
    .enum(["free", "pro", "business"])
    .default("free")
    .meta({ description: "What is paid for the zone; it is chosen with Cloudflare, not here." }),
  secretVersion: z
    .int()
    .min(1)
    .default(1)
    .meta({ description: "Another number gives the tunnel another secret, and those who run it another token." }),
  frontEnds: z
    .record(slug, frontEnd)
    .default({})
    .meta({ description: "Front ends on Cloudflare Pages, by the name of their project." }),
});
export type EdgeSpec = z.infer<typeof edge>;
