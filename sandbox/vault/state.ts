import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const shape = z.strictObject({
  initialized: z.boolean(),
  sealed: z.boolean(),
  /** How many shares open it. */
  threshold: z.int().min(0),
  /** Digests of the shares; the shares themselves are their operators'. */
  shares: z.array(z.string()),
  /** Digests of those that were given since it was sealed. */
  given: z.array(z.string()),
  /** Digest of the root token; absent before the initialisation. */
  rootToken: z.string().optional(),
});

/** How far the Vault of a rehearsal is: not yet initialised, sealed, or at work. */
export type VaultState = z.infer<typeof shape>;

const FRESH: VaultState = { initialized: false, sealed: true, threshold: 0, shares: [], given: [] };

/** Versions of each secret, the newest last, by `<mount>/data/<path>`. */
const kv = z.record(z.string(), z.array(z.record(z.string(), z.string())));
export type Kv = z.infer<typeof kv>;

const kvIn = (marker: string): string => path.join(marker, "world", "vault-kv.json");
const fileIn = (marker: string): string => path.join(marker, "world", "vault.json");

/** Undefined for a world whose Vault was never looked at: it counts as initialised and unsealed. */
export function readVault(marker: string): VaultState | undefined {
  const file = fileIn(marker);
  return existsSync(file) ? shape.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
}

export function writeVault(marker: string, state: VaultState): void {
  mkdirSync(path.join(marker, "world"), { recursive: true, mode: 0o700 });
  writeFileSync(fileIn(marker), `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
}

/** What was written to the KV engines of a rehearsal's Vault. */
export const readKv = (marker: string): Kv =>
  existsSync(kvIn(marker)) ? kv.parse(JSON.parse(readFileSync(kvIn(marker), "utf8"))) : {};

export const writeKv = (marker: string, content: Kv): void =>
  writeFileSync(kvIn(marker), `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });

/** Gives a world in which nothing exists yet a Vault that nobody has initialised. */
export function beginVault(marker: string): void {
  if (!existsSync(path.join(marker, "world"))) writeVault(marker, FRESH);
}

/** Whether the Vault of a rehearsal answers requests for secrets. */
export function isUnsealed(marker: string): boolean {
  const state = readVault(marker);
  return state === undefined || (state.initialized && !state.sealed);
}
