/** Hetzner's references are numbers, so a prefix is impossible: this range is far above any id the cloud has given. */
const HCLOUD_FIRST = 9_000_000_000;
const HCLOUD_LAST = 9_099_999_999;
const PREFIX = "twin-";

/**
 * Whether `id` can only belong to a simulated object of `packageName`. The twin refuses every other id, a live run
 * refuses these. Compound ids, such as a subnet's `<network>-<range>`, are recognised by their first part.
 */
export function isTwinId(packageName: string, id: string): boolean {
  if (packageName !== "hcloud") return id.startsWith(PREFIX);
  const [, first] = /^(\d{10})(?:-.+)?$/.exec(id) ?? [];
  return first !== undefined && Number(first) >= HCLOUD_FIRST && Number(first) <= HCLOUD_LAST;
}

/** What `isTwinId` accepts, for messages. */
export function twinIdRange(packageName: string): string {
  return packageName === "hcloud" ? `${HCLOUD_FIRST} to ${HCLOUD_LAST}` : `ids that begin with ${PREFIX}`;
}

/**
 * A fresh id; the caller checks that it is free.
 *
 * @param prefix What the package puts before its ids, such as `vpc`.
 * @param random At least 8 random bytes.
 */
export function makeId(packageName: string, prefix: string | undefined, random: Uint8Array): string {
  const hex = Buffer.from(random).toString("hex");
  if (packageName !== "hcloud") return `${PREFIX}${prefix ?? packageName}-0${hex.slice(0, 16)}`;
  return String(HCLOUD_FIRST + (Number.parseInt(hex.slice(0, 12), 16) % (HCLOUD_LAST - HCLOUD_FIRST + 1)));
}
