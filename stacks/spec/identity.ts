import { z } from "zod";
import { day, email, slug } from "./values.ts";

/** Which environment this is, and whose. */
export const identity = z.strictObject({
  name: slug.meta({ description: "Equals the stack's name." }),
  purpose: z.enum(["development", "staging", "production"]),
  owner: email.meta({ description: "Who is told when something needs a decision." }),
  expires: z
    .union([day, z.literal("never")])
    .optional()
    .meta({
      errorMessage: "a calendar day such as 2026-11-21, or never",
      description:
        "The last day on which it is wanted, or `never`. A development environment without one, and any past it, is reported.",
    }),
});
