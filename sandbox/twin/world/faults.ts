import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const operationNumber = z
  .int()
  .min(1)
  .meta({ description: "Which create, update or delete, counted from 1 since the daemon started." });

/** `<marker>/faults.json`: what goes wrong in the simulated clouds. Read again for every operation. */
export const faults = z.strictObject({
  latencyMs: z.int().min(0).max(60_000).optional().meta({ description: "How long each operation takes. Default 2." }),
  hang: z.strictObject({ at: operationNumber, phase: z.enum(["before", "after"]) }).optional().meta({
    description:
      "Never answer the operation: `before` leaves the world as it was, `after` loses only the answer. " +
      "`<marker>/hung` appears once it happens.",
  }),
  fail: z.strictObject({ at: operationNumber, message: z.string().min(1) }).optional(),
  rateLimit: z
    .strictObject({ at: operationNumber, times: z.int().min(1).default(1) })
    .optional()
    .meta({ description: "Refuse `times` operations, in the words of the package's API." }),
});
export type Faults = z.infer<typeof faults>;

/** @throws Error naming the file when it is not valid. */
export function readFaults(marker: string): Faults {
  const file = path.join(marker, "faults.json");
  if (!existsSync(file)) return {};
  try {
    return faults.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    const message = `${file} is not a valid list of faults:\n${problem}\nCorrect or remove the file.`;
    throw new Error(message, { cause: error });
  }
}
