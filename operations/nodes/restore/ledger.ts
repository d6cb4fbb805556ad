import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { PHASES, type Phase } from "./restore.ts";

const entry = z.strictObject({ snapshot: z.string(), done: z.array(z.enum(PHASES)) });

/** How far a restore has come; it holds no secret. */
export class RestoreLedger {
  readonly #file: string;

  constructor(folder: string) {
    this.#file = path.join(folder, "restore.json");
  }

  /** The snapshot of a restore that has not ended. */
  open(): string | undefined {
    return this.#read()?.snapshot;
  }

  /** The same snapshot again goes on. */
  begin(snapshot: string): void {
    if (this.open() !== snapshot) this.#write({ snapshot, done: [] });
  }

  isDone(phase: Phase): boolean {
    return this.#read()?.done.includes(phase) ?? false;
  }

  done(phase: Phase): void {
    const now = this.#read();
    if (now !== undefined) this.#write({ ...now, done: [...now.done, phase] });
  }

  end(): void {
    rmSync(this.#file, { force: true });
  }

  #read(): z.infer<typeof entry> | undefined {
    return existsSync(this.#file) ? entry.parse(JSON.parse(readFileSync(this.#file, "utf8"))) : undefined;
  }

  #write(next: z.infer<typeof entry>): void {
    mkdirSync(path.dirname(this.#file), { recursive: true });
    const temporary = `${this.#file}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(next)}\n`, { mode: 0o600 });
    renameSync(temporary, this.#file);
  }
}
