import { z } from "zod";
import { operationReport } from "../report.ts";

const found = z.strictObject({ provider: z.string(), kind: z.string(), id: z.string(), name: z.string() });

export const left = found.extend({
  refused: z.boolean().meta({ description: "Whether it was to go and did not, so that it may go on billing." }),
  why: z.string(),
});

export const sweepReport = z.strictObject({
  removed: z.array(found).meta({ description: "With `--dry-run`: what would be." }),
  left: z.array(left).meta({ description: "What exists and was not touched." }),
  unasked: z
    .array(z.strictObject({ provider: z.string(), why: z.string() }))
    .meta({ description: "Providers that could not be asked, so that something may be left there." }),
});

/** What `down` writes to standard output with `--json`. */
export const downReport = operationReport
  .extend({
    dryRun: z.boolean(),
    data: z
      .array(z.strictObject({ name: z.string(), what: z.string() }))
      .meta({ description: "What holds data; with `--dry-run`, each has to be named with `--delete-data`." }),
    cluster: sweepReport.meta({ description: "What the cluster's controllers had made, before the destroy." }),
    sweep: sweepReport.meta({ description: "What was left at the providers, after it." }),
  })
  .meta({
    title: "splitfleet down",
    description: "What `npm run -s down -- [environment] --json` writes to standard output.",
  });
export type DownReport = z.infer<typeof downReport>;
