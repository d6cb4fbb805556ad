/** The entries of a record of sites, pools … that are of one kind, with their type narrowed. */
export const ofKind = <Entry extends { readonly kind: string }, Kind extends Entry["kind"]>(
  entries: Readonly<Record<string, Entry>>,
  kind: Kind,
): Record<string, Extract<Entry, { kind: Kind }>> =>
  Object.fromEntries(
    Object.entries(entries).filter(
      (entry): entry is [string, Extract<Entry, { kind: Kind }>] => entry[1].kind === kind,
    ),
  );

/** The entry that a checked environment is known to have. @throws Error naming the section and the key if it has not. */
export function entryOf<Entry>(section: string, entries: Readonly<Record<string, Entry>>, key: string): Entry {
  const entry = entries[key];
  if (entry === undefined) throw new Error(`${section} has no entry ${key}; it has ${Object.keys(entries).join(", ")}`);
  return entry;
}
