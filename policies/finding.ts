import { z } from "zod";

export const LEVELS = ["mandatory", "advisory"] as const;
export const SEVERITIES = ["critical", "high", "medium", "low"] as const;

/** What a rule, a missing price or a budget reports. Part of the `plan --json` contract. */
export const finding = z.strictObject({
  rule: z.string().meta({ description: "Rule id, such as `security/no-open-firewall`." }),
  level: z.enum(LEVELS).meta({ description: "`mandatory` findings stop `pulumi up`; `advisory` ones do not." }),
  severity: z.enum(SEVERITIES),
  urn: z.string().meta({ description: "The resource, or the stack's URN for a finding about the whole environment." }),
  path: z
    .string()
    .meta({ description: "Property path within the resource, or the path in the environment file; may be empty." }),
  message: z.string(),
  value: z
    .string()
    .meta({ description: "The value seen; `[secret]` where it is one, `[unknown]` where it is decided only by `up`." }),
  limit: z.string().meta({ description: "What is allowed." }),
  fix: z.string().meta({ description: "The next step." }),
});
export type Finding = z.infer<typeof finding>;
