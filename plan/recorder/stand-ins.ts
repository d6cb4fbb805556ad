import { createHash } from "node:crypto";

/** Part of every stand-in value: what contains it is decided by `up`. */
export const STAND_IN = "kDecidedByUp";

/**
 * Outputs that plan answers although only `up` decides them, because what they are put into must be looked at before:
 * with the real unknown, a server's whole user data would be unknown as soon as it holds its mesh key, and a rule could
 * no longer say what else is in there. They are secret, and what holds one is still listed among the unknown paths.
 */
const STAND_INS: Readonly<Record<string, (digest: string) => Readonly<Record<string, string>>>> = {
  "tailscale:index/tailnetKey:TailnetKey": (digest) => ({ key: `tskey-auth-${STAND_IN}CNTRL-${digest}` }),
};

/** @returns Output properties by name, in the shape of the real ones; empty for most types. */
export function standIns(type: string, urn: string): Readonly<Record<string, string>> {
  const make = STAND_INS[type];
  return make === undefined ? {} : make(createHash("sha256").update(urn).digest("hex").slice(0, 32));
}
