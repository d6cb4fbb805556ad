import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { COMPONENTS } from "./plan.ts";

const entry = z.strictObject({
  node: z.string(),
  component: z.enum(COMPONENTS),
  /** Before the upgrade, and so afterwards as well. */
  wasCordoned: z.boolean(),
});
type Entry = z.infer<typeof entry>;

/** The node that an upgrade is at, so that the next run gives back what an interrupted one has left cordoned. */
export class UpgradeLedger {
  readonly #file: string;

  constructor(folder: string) {
    this.#file = path.join(folder, "upgrade.json");
  }

  /** Undefined where the last run has ended by itself. */
  open(): Entry | undefined {
    return existsSync(this.#file) ? entry.parse(JSON.parse(readFileSync(this.#file, "utf8"))) : undefined;
  }

  /** The same node again keeps what was noted before. */
  begin(next: Entry): void {
    if (this.open()?.node === next.node) return;
    mkdirSync(path.dirname(this.#file), { recursive: true });
    const temporary = `${this.#file}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(next)}\n`, { mode: 0o600 });
    renameSync(temporary, this.#file);
  }

  end(): void {
    rmSync(this.#file, { force: true });
  }
}
