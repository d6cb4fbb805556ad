import { createHash } from "node:crypto";

/** Hex digits that depend on nothing but `seed`, so that every read of an object answers the same. */
export function hexOf(seed: string, digits: number): string {
  return createHash("sha256").update(seed).digest("hex").slice(0, digits);
}

/** A number from 0 to `below` - 1 that depends on nothing but `seed`. */
export function numberOf(seed: string, below: number): number {
  return Number.parseInt(hexOf(seed, 12), 16) % below;
}

export function uuidOf(seed: string): string {
  return hexOf(seed, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
