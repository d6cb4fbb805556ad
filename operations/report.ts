import { z } from "zod";
import { cost } from "../policies/cost.ts";

const count = z.int().nonnegative();

export const changes = z.strictObject({
  create: count,
  update: count,
  replace: count,
  delete: count,
  same: count,
});

const repaired = z.strictObject({ urn: z.string(), id: z.string() });

/** What recovery did after a run that was cut off. */
export const recoveryReport = z.strictObject({
  locks: count.meta({ description: "Locks of engines that no longer run, taken off." }),
  adopted: z.array(repaired).meta({ description: "Objects that the state did not know; now it does." }),
  removed: z.array(repaired).meta({ description: "Objects that no state would ever have known, deleted." }),
  dropped: z
    .array(z.strictObject({ urn: z.string(), operation: z.string() }))
    .meta({ description: "Unfinished operations that the next run decides anew." }),
});

/** What `up` and `preview` write to standard output with `--json`. */
export const operationReport = z
  .strictObject({
    environment: z.string(),
    changes: changes.meta({ description: "The engine's own summary: resources by what was done to them." }),
    durationMs: count,
    outputs: z.record(z.string(), z.json()).meta({ description: "Stack outputs; a secret one reads `[secret]`." }),
    cost: cost.nullable().meta({ description: "Euros of the environment as planned; null after `down`." }),
    recovery: recoveryReport.optional().meta({ description: "Present where an earlier run had been cut off." }),
  })
  .meta({
    title: "splitfleet operation",
    description: "What `npm run -s up -- [environment] --json` writes to standard output.",
  });

export type Changes = z.infer<typeof changes>;
export type RecoveryReport = z.infer<typeof recoveryReport>;
export type OperationReport = z.infer<typeof operationReport>;
