import { z } from "zod";
import { pattern } from "./values.ts";

/** The tailnet. Its policy file is the organisation's, not the environment's. */
export const mesh = z.strictObject({
  tailnet: pattern(/^[a-z0-9-]+\.ts\.net$/, "a tailnet's DNS name such as tail1a2b3.ts.net").meta({
    description: "MagicDNS suffix of the tailnet that the environment's nodes join.",
  }),
  federatedClientId: z.string().min(1).optional().meta({
    description: "Client id of the tailnet's trust in the AWS account; AWS nodes join with it and carry no key.",
  }),
});
