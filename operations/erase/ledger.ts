import { randomBytes, scryptSync } from "node:crypto";
import path from "node:path";
import { z } from "zod";
import { appendLine, readLines } from "../json-lines.ts";

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const head = z.strictObject({ salt: z.hex().length(2 * SALT_BYTES) });
const line = z.strictObject({ day: z.iso.date(), subjectHash: z.hex(), complete: z.boolean() });
export type LedgerLine = z.output<typeof line>;

/**
 * Who was erased and when, without saying who: a line of JSON for each erasure, with a hash that takes long to compute,
 * so that nobody finds a person by trying every address. It can recognise a person, and not name one: after a restore
 * the ids come from whoever keeps the requests, and the ledger says whether any is missing.
 */
export class Ledger {
  readonly #file: string;
  readonly #salt: Buffer;

  /** Opens the ledger of an environment, and starts it if there is none. @throws Error for a file of another form */
  constructor(folder: string, environment: string) {
    this.#file = path.join(folder, `${environment}.jsonl`);
    if (readLines(this.#file).length === 0) {
      appendLine(this.#file, { salt: randomBytes(SALT_BYTES).toString("hex") });
    }
    this.#salt = Buffer.from(head.parse(readLines(this.#file)[0]).salt, "hex");
  }

  hash(subject: string): string {
    return scryptSync(subject, this.#salt, HASH_BYTES).toString("hex");
  }

  add(entry: LedgerLine): void {
    appendLine(this.#file, entry);
  }

  lines(): readonly LedgerLine[] {
    return readLines(this.#file)
      .slice(1)
      .map((entry) => line.parse(entry));
  }

  /** Erasures from a day on whose person is not among the subjects: those that a restore has brought back. */
  missing(since: string, subjects: readonly string[]): readonly LedgerLine[] {
    const known = new Set(subjects.map((subject) => this.hash(subject)));
    return this.lines().filter(({ day, subjectHash }) => day >= since && !known.has(subjectHash));
  }
}
