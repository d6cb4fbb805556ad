import { UNKNOWN, type Row, type Value } from "./row.ts";
import { isList, join } from "./values.ts";

/** Shorter texts are left out: replacing every "a" would make a report unreadable, and hide nothing. */
const SHORTEST_VALUE = 6;
const SHORTEST_WORD = 16;

/** Every secret text of the rows, longest first; of longer texts, such as a file, also the long words. */
export function secretsOf(rows: readonly Row[]): readonly string[] {
  const found = new Set<string>();
  for (const row of rows) {
    if (row.secretPaths.length > 0) collect(row.inputs, "", new Set(row.secretPaths), false, found);
  }
  return [...found].toSorted((a, b) => b.length - a.length);
}

function collect(value: Value, path: string, marked: ReadonlySet<string>, within: boolean, found: Set<string>): void {
  const secret = within || marked.has(path);
  if (typeof value === "string") {
    if (!secret || value === UNKNOWN) return;
    if (value.length >= SHORTEST_VALUE) found.add(value);
    for (const [word] of value.matchAll(/\S+/g)) if (word.length >= SHORTEST_WORD) found.add(word);
  } else if (typeof value === "object" && value !== null) {
    const entries = isList(value) ? value.map((item, index) => [index, item] as const) : Object.entries(value);
    for (const [key, item] of entries) collect(item, join(path, key), marked, secret, found);
  }
}
