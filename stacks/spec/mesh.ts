import { z } from "zod";
import { email, pattern } from "./values.ts";

/** The tailnet, whose one policy file is made from all environments in it. */
export const mesh = z.strictObject({
  tailnet: pattern(/^[a-z0-9-]+\.ts\.net$/, "a tailnet's DNS name such as tail1a2b3.ts.net").meta({
    description: "MagicDNS suffix of the tailnet that the environment's nodes join.",
  }),
  operators: z.array(email).default([]).meta({
    description:
      "Who may log in to the nodes and call the API server and Vault: people by the name that they have in the tailnet.",
  }),
  federatedClientId: z.string().min(1).optional().meta({
    description: "Client id of the tailnet's trust in the AWS account; AWS nodes join with it and carry no key.",
  }),
});
