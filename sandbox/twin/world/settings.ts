import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const OUTAGES = ["vault-sealed", "api-server-down", "off-the-mesh"] as const;

const operationNumber = z
  .int()
  .min(1)
  .meta({ description: "Which create, update or delete, counted from 1 since the daemon started." });

/** `<marker>/faults.json`: what goes wrong in the simulated clouds. */
const faults = z.strictObject({
  latencyMs: z.int().min(0).max(60_000).optional().meta({ description: "How long each operation takes. Default 2." }),
  hang: z
    .strictObject({ at: operationNumber, phase: z.enum(["before", "after"]) })
    .optional()
    .meta({
      description:
        "Never answer the operation: `before` leaves the world as it was, `after` loses only the answer. " +
        "`<marker>/hung` appears once it happens.",
    }),
  fail: z.strictObject({ at: operationNumber, message: z.string().min(1) }).optional(),
  outages: z
    .array(z.enum(OUTAGES))
    .optional()
    .meta({
      description:
        "What does not answer: Vault, the cluster's API server, or, for a runner off the mesh, both of them and every " +
        "node. The clouds still do.",
    }),
  readinessSeconds: z
    .int()
    .min(1)
    .max(3600)
    .optional()
    .meta({
      description:
        "On a real API server: how long an object may take at most until it can be used or is gone, whatever the " +
        "resource allows. Default 120, since simulated pods start in seconds.",
    }),
  rateLimit: z
    .strictObject({
      at: operationNumber,
      times: z.int().min(1).default(1),
      retryAfterMs: z.int().min(1).max(60_000).optional(),
    })
    .optional()
    .meta({
      description:
        "Refuse `times` operations, in the words of the package's API. With `retryAfterMs`, as an answer 429 names it, " +
        "the provider asks again after that time, five times in all, and each asking counts as an operation.",
    }),
  failedUpgrades: z.array(z.string()).optional().meta({
    description: "Host names of nodes that do not become healthy with another version of anything.",
  }),
  neverReady: z.array(z.string()).optional().meta({
    description:
      "Names of resources that are made and never become usable: the object exists, and the provider gives up waiting.",
  }),
  visibleAfterMs: z.int().min(1).max(3_600_000).optional().meta({
    description:
      "How long AWS does not find what it has just made. The provider asks again for two minutes, then gives up.",
  }),
  quotas: z
    .strictObject({ hcloudServers: z.int().min(0).optional(), spotInstances: z.int().min(0).optional() })
    .optional()
    .meta({ description: "What the accounts may have at once. Default: no limit." }),
});
export type Faults = z.infer<typeof faults>;

/**
 * `<marker>/world/stock.json`: by package, what the simulated cloud has run out of, everywhere or by location, such as
 * `{"hcloud": {"cpx42": false, "cx23": {"fsn1": false}}}`. What is absent can be ordered.
 */
const stock = z.record(z.string(), z.record(z.string(), z.union([z.boolean(), z.record(z.string(), z.boolean())])));
export type Stock = z.infer<typeof stock>;

/** Read again for every operation, so that a drill can change them at any time. */
export function readFaults(marker: string): Faults {
  return read(path.join(marker, "faults.json"), faults);
}

export function hasOutage(marker: string, outage: (typeof OUTAGES)[number]): boolean {
  return readFaults(marker).outages?.includes(outage) ?? false;
}

export function readStock(marker: string): Stock {
  return read(path.join(marker, "world", "stock.json"), stock);
}

/** @throws Error naming the file when it is not valid. An absent file counts as `{}`. */
function read<Settings>(file: string, schema: z.ZodType<Settings>): Settings {
  if (!existsSync(file)) return schema.parse({});
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new Error(`${file} is not valid:\n${problem}\nCorrect or remove the file.`, { cause: error });
  }
}
