import { z } from "zod";

/** One thing that an environment needs of an account, and whether it is there. */
export const preflightCheck = z.strictObject({
  id: z.string().meta({ description: "Stable name of the check, such as `aws-quota/burst`." }),
  title: z.string().meta({ description: "The check's name for people." }),
  status: z.enum(["ok", "warning", "failed"]).meta({
    description: "`warning`: nobody could be asked. `failed`: `up` will fail until it is fixed.",
  }),
  found: z.string(),
  fix: z.string().meta({ description: "The next step; empty when the status is `ok`." }),
});
export type PreflightCheck = z.infer<typeof preflightCheck>;

/** What `npm run -s doctor -- <environment> --json` prints. */
export const preflightReport = z
  .strictObject({
    environment: z.string(),
    ok: z.boolean().meta({ description: "False when a check failed; the exit code is then 1." }),
    checks: z.array(preflightCheck),
  })
  .meta({ title: "splitfleet preflight" });
export type PreflightReport = z.infer<typeof preflightReport>;

/** A check before it is known what it is of. */
export type Finding = Pick<PreflightCheck, "status" | "found" | "fix">;

export const ok = (found: string): Finding => ({ status: "ok", found, fix: "" });
export const failed = (found: string, fix: string): Finding => ({ status: "failed", found, fix });
export const unknown = (found: string, fix: string): Finding => ({ status: "warning", found, fix });
