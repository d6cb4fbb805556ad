/** The parts of a lock that can be resolved by themselves. */
export const PARTS = ["pools", "images", "binaries"] as const;
export type Part = (typeof PARTS)[number];

/** Something that a reader of the lock should know of one of its entries. */
export interface Note {
  /** Place in the lock, such as `pools.burst`. */
  readonly path: string;
  readonly message: string;
}

/** What a look-up of one part came to. */
export interface Resolved<Entry> {
  readonly entries: Readonly<Record<string, Entry>>;
  readonly notes: readonly Note[];
  /** Comments for single values of the lock, by their place: why this one. */
  readonly reasons: ReadonlyMap<string, string>;
  /** True if something was left as it was because nobody could be asked. */
  readonly incomplete: boolean;
}
