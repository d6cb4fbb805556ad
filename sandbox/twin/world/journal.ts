import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** One change of the world that took place. */
export interface JournalEntry {
  /** From 1, without gaps. */
  readonly seq: number;
  /** ISO time. */
  readonly time: string;
  readonly operation: "create" | "update" | "delete";
  readonly type: string;
  readonly urn: string;
  readonly id: string;
}

/** The append-only record of changes, one JSON line each, read by drills and tests; the objects are the truth. */
export class Journal {
  readonly #file: string;
  #size = -1;
  #seq = 0;

  constructor(file: string) {
    this.#file = file;
  }

  append(entry: Omit<JournalEntry, "seq">): void {
    mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    const size = statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
    if (size !== this.#size) this.#seq = readJournal(this.#file).length;
    this.#seq += 1;
    const line = `${JSON.stringify({ seq: this.#seq, ...entry })}\n`;
    appendFileSync(this.#file, line, { mode: 0o600 });
    this.#size = size + Buffer.byteLength(line);
  }
}

export function readJournal(file: string): JournalEntry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as JournalEntry);
}
