import { createHash } from "node:crypto";

/** What {@link canary} makes, and the made-up secrets of a rehearsal; rules look for it where no secret may stand. */
export const CANARY = /canary-(?:[A-Za-z0-9]+-)*[0-9a-f]{16,32}/;

/**
 * A harmless stand-in for a secret configuration value. It is unique to its key and easy to find, so that a plan shows
 * where a secret would end up without ever holding one.
 *
 * @param key Configuration key such as `tailscale:oauthClientSecret`.
 * @example canary("hcloud:token") // "canary-hcloud-token-" and 16 hexadecimal digits
 */
export function canary(key: string): string {
  const name = key.replaceAll(/[^A-Za-z0-9]+/g, "-");
  return `canary-${name}-${createHash("sha256").update(key).digest("hex").slice(0, 16)}`;
}
