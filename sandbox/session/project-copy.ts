import { mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** What a copy must have of its own: rehearsals, and nothing that git or an editor keeps. */
const OWN = new Set([".sandbox", ".git"]);

/** A folder that looks like the project and keeps its own rehearsals, so that those of the project are left alone. */
export class ProjectCopy implements Disposable {
  readonly root = mkdtempSync(path.join(tmpdir(), "splitfleet-copy-"));

  constructor(project: string) {
    for (const name of readdirSync(project)) {
      if (!OWN.has(name)) symlinkSync(path.join(project, name), path.join(this.root, name));
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
