import { z } from "zod";

/** One thing that was looked at. */
export const check = z.strictObject({
  id: z
    .enum(["node", "packages", "pulumi", "go", "rehearsal", "git", "setpriv", "disk", "folders", "locks"])
    .meta({ description: "Stable name of the check." }),
  title: z.string().meta({ description: "The check's name for people." }),
  status: z.enum(["ok", "warning", "failed"]).meta({
    description: "`warning`: works, slower or with less. `failed`: a command will fail until it is fixed.",
  }),
  found: z.string().meta({ description: "What was found; may have several lines." }),
  fix: z.string().meta({ description: "The next step; empty when the status is `ok`." }),
});
export type Check = z.infer<typeof check>;

/** How one external tool is had. */
export const toolReport = z.strictObject({
  name: z.string(),
  neededFor: z.enum(["up", "rehearse"]).meta({ description: "The first verb that needs it." }),
  wanted: z.string().meta({ description: "The lowest version that serves." }),
  version: z.string().nullable().meta({ description: "The version found; null when there is none yet." }),
  way: z.enum(["path", "cache"]).nullable().meta({ description: "Where it was found." }),
  path: z.string().nullable().meta({ description: "The executable." }),
  next: z
    .enum(["download", "build"])
    .nullable()
    .meta({ description: "How the next command that needs the tool gets it; null when it is there or cannot be had." }),
  notes: z.array(z.string()).meta({ description: "Why each way before did not serve." }),
});
export type ToolReport = z.infer<typeof toolReport>;

/** What `npm run -s doctor -- --json` prints. */
export const doctorReport = z.strictObject({
  ok: z.boolean().meta({ description: "False when a check failed; the exit code is then 1." }),
  platform: z.string().meta({ description: "Such as `linux-x64`." }),
  checks: z.array(check),
  tools: z.array(toolReport),
});
export type DoctorReport = z.infer<typeof doctorReport>;
