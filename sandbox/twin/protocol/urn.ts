/** The type token of a URN, without those of its parents. */
export function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** The name of a URN's resource. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
