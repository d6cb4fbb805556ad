import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa, ExecaError } from "execa";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { loadCatalogue } from "../catalogue/load.ts";

/** Where the project keeps its price files, from its root. */
const CATALOGUE = "plan/pricing/catalogue";

/** A git revision that can not be compared with; the message says what to give instead. */
export class RevisionError extends Error {
  override readonly name = "RevisionError";
}

/**
 * The catalogue as a revision of the repository at `root` has it.
 *
 * @throws {RevisionError} if there is no such revision, or no price file in it.
 * @throws {CatalogueError} if its price files do not fit today's format.
 */
export async function catalogueAt(revision: string, options: { root: string; today: string }): Promise<Catalogue> {
  const { root, today } = options;
  const names = await filesAt(revision, root);
  if (names.length === 0) throw new RevisionError(`${revision} has no price file in ${CATALOGUE}.`);
  const folder = await mkdtemp(join(tmpdir(), "splitfleet-prices-"));
  try {
    for (const name of names) {
      const { stdout } = await execa("git", ["show", `${revision}:${name}`], { cwd: root });
      await writeFile(join(folder, basename(name)), stdout);
    }
    return loadCatalogue({ today, folders: [folder] });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function filesAt(revision: string, root: string): Promise<string[]> {
  try {
    const args = ["ls-tree", "--name-only", "--end-of-options", revision, `${CATALOGUE}/`];
    const { stdout } = await execa("git", args, { cwd: root });
    return stdout.split("\n").filter((name) => name.endsWith(".json"));
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    const reason = typeof error.stderr === "string" && error.stderr !== "" ? error.stderr : error.shortMessage;
    throw new RevisionError(`"${revision}" is neither a folder nor a revision: ${reason.trim()}`, { cause: error });
  }
}
