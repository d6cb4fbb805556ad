import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Layout } from "./layout.ts";
import { isRunning } from "./process.ts";

type Json = z.core.util.JSONType;

const resource = z.looseObject({
  urn: z.string(),
  custom: z.boolean().default(false),
  id: z.string().optional(),
  type: z.string(),
  parent: z.string().optional(),
  provider: z.string().optional(),
  /** ISO time; absent for what is no object of a provider. */
  created: z.string().optional(),
  /** Left over from a replacement; the engine deletes it next. */
  delete: z.boolean().optional(),
  external: z.boolean().optional(),
  protect: z.boolean().optional(),
  inputs: z.record(z.string(), z.json()).optional(),
  outputs: z.record(z.string(), z.json()).optional(),
});
export type StateResource = z.infer<typeof resource>;

const pendingOperation = z.looseObject({ resource, type: z.string() });
export type PendingOperation = z.infer<typeof pendingOperation>;

/** A stack's state in the form of `pulumi stack export`, with every property that is not read here kept. */
export const deployment = z.looseObject({
  resources: z.array(resource).optional(),
  pending_operations: z.array(pendingOperation).optional(),
});
export type Deployment = z.infer<typeof deployment>;

export const exportedStack = z.looseObject({ version: z.number(), deployment });
export type ExportedStack = z.infer<typeof exportedStack>;

const checkpoint = z.object({ checkpoint: z.object({ latest: deployment.nullish() }) });

/** The stack's state as the file backend holds it: what `export` would say, without starting the CLI. */
export function readState(layout: Layout): Deployment {
  if (!existsSync(layout.checkpointFile)) return {};
  return checkpoint.parse(JSON.parse(readFileSync(layout.checkpointFile, "utf8"))).checkpoint.latest ?? {};
}

/**
 * Removes what a killed engine has half written beside its files. The file backend replaces a checkpoint in one step, but
 * not the attributes that it keeps with it, and refuses to read a checkpoint whose attributes are cut off. Without any it
 * reads it. No engine may be at work on the stack.
 */
export function dropCutAttributes(layout: Layout): void {
  for (const entry of readdirSync(layout.state, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".attrs")) continue;
    const file = join(entry.parentPath, entry.name);
    if (!isJson(readFileSync(file, "utf8"))) rmSync(file);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const lockContent = z.object({ pid: z.number(), username: z.string(), hostname: z.string(), timestamp: z.string() });

/** One engine's claim on the stack. */
export interface StackLock extends z.infer<typeof lockContent> {
  readonly file: string;
  /** Whether the engine that took the lock still runs; unknowable, so taken as true, on another machine. */
  readonly ownerLives: boolean;
}

export function readLocks(layout: Layout): readonly StackLock[] {
  if (!existsSync(layout.locks)) return [];
  // Beside each lock the backend keeps a file with its attributes.
  return readdirSync(layout.locks)
    .filter((name) => name.endsWith(".json"))
    .map((name) => {
      const file = join(layout.locks, name);
      const lock = lockContent.parse(JSON.parse(readFileSync(file, "utf8")));
      return { ...lock, file, ownerLives: lock.hostname !== hostname() || isEngine(lock.pid) };
    });
}

/** Process ids are used again: where the system tells, a live process must also be a Pulumi CLI. */
function isEngine(pid: number): boolean {
  if (!isRunning(pid)) return false;
  const command = `/proc/${pid}/comm`;
  return !existsSync(command) || readFileSync(command, "utf8").startsWith("pulumi");
}

/** The mark of a secret, and the key that holds it, in a state without `--show-secrets`. */
const SECRET_KEY = "4dabf18193072939515e22adb298388d";

/** The stack's outputs; a secret one reads `[secret]`. */
export function stackOutputs(state: Deployment): Record<string, Json> {
  const stack = state.resources?.find(({ type }) => type === "pulumi:pulumi:Stack");
  return Object.fromEntries(Object.entries(stack?.outputs ?? {}).map(([name, value]) => [name, hideSecrets(value)]));
}

function hideSecrets(value: Json): Json {
  if (Array.isArray(value)) return value.map(hideSecrets);
  if (typeof value !== "object" || value === null) return value;
  if (SECRET_KEY in value) return "[secret]";
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hideSecrets(inner)]));
}
