import { z } from "zod";
import { pattern, slug } from "./values.ts";

const ADDRESS = "an https address such as https://production-operations-1.tail1a2b3.ts.net:8200";

/** Where secrets are issued. Values never stand here. */
export const secrets = z.strictObject({
  vault: z.strictObject({
    address: z.url({ protocol: /^https$/, error: ADDRESS }).meta({
      errorMessage: ADDRESS,
      description: "Vault as the mesh reaches it: one of the nodes that it runs on, which knows where its leader is.",
    }),
    version: pattern(/^\d+\.\d+\.\d+$/, "a Vault release such as 1.21.0"),
    mount: slug.default("splitfleet").meta({ description: "Prefix of the environment's mounts." }),
  }),
});
