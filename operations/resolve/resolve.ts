import { readFile, rename, writeFile } from "node:fs/promises";
import type { Catalogue } from "../../plan/pricing/catalogue/catalogue.ts";
import { loadSpec } from "../../stacks/environment-file.ts";
import { readLock } from "../../stacks/lock-file.ts";
import { SpecError } from "../../stacks/problems.ts";
import { planned } from "../../stacks/spec/checks/planned.ts";
import type { EnvironmentLock } from "../../stacks/spec/lock.ts";
import { resolveBinaries } from "./binaries.ts";
import { changesOf, type LockParts, typeStepsOf } from "./changes.ts";
import { readImageList } from "./image-list.ts";
import { resolveImages } from "./images.ts";
import { lockText } from "./lock-text.ts";
import { type Part, PARTS, type Resolved } from "./part.ts";
import { type PoolSources, resolvePools } from "./pools.ts";
import type { ResolveReport } from "./report.ts";

export interface ResolveOptions extends PoolSources {
  /** Path of the environment file; the lock stands beside it. */
  readonly file: string;
  /** Path of the list of images. */
  readonly imageList: string;
  /** The one part to resolve. @default all */
  readonly only?: Part | undefined;
  /** Leave what the lock has as long as the environment allows it. */
  readonly keep: boolean;
  /** Look everything up, and write nothing. */
  readonly dryRun: boolean;
  /** ISO date. */
  readonly today: string;
  readonly catalogue: Catalogue;
}

/**
 * Looks up what stock or time decides and writes it into the environment's lock: all of it or, after any error, nothing.
 *
 * `resolvedAt` moves only when every part was looked up, so it never claims more than was done.
 *
 * @throws SpecError for a wrong file, InputError for a look-up that failed or found nothing to choose.
 */
export async function resolveLock(options: ResolveOptions): Promise<ResolveReport> {
  const { file, only, keep, dryRun, today, ask, catalogue } = options;
  const spec = await loadSpec(file);
  const { name } = spec.environment;
  const found = await readLock(file, name);
  const text = await textOf(found.file);
  if (text !== undefined && found.lock === undefined) throw new SpecError(found.problems);
  const before: LockParts = found.lock ?? { pools: {}, images: {}, binaries: {} };
  const wants = (part: Part): boolean => only === undefined || only === part;

  const [pools, images, binaries] = await Promise.all([
    wants("pools") ? resolvePools({ spec, locked: before.pools, keep, today }, options) : untouched(before.pools),
    wants("images")
      ? resolveImages(
          { names: planned(spec).images, list: await readImageList(options.imageList), locked: before.images, keep },
          ask,
        )
      : untouched(before.images),
    wants("binaries") ? resolveBinaries({ spec, locked: before.binaries, keep }, ask) : untouched(before.binaries),
  ]);
  const results = [pools, images, binaries];
  const complete = !keep && results.every(({ incomplete }) => !incomplete);
  const after: EnvironmentLock = {
    version: 1,
    environment: name,
    resolvedAt: complete ? today : (found.lock?.resolvedAt ?? today),
    pools: pools.entries,
    images: images.entries,
    binaries: binaries.entries,
  };
  const reasons = new Map(results.flatMap((result) => [...result.reasons]));
  const next = lockText({ text, before, after, reasons, complete });
  const writes = next !== text && !dryRun;
  if (writes) await replaceFile(found.file, next);
  return {
    version: 1,
    environment: name,
    file: found.file,
    written: writes,
    resolvedAt: { before: found.lock?.resolvedAt ?? null, after: after.resolvedAt },
    parts: PARTS.filter(wants),
    changes: changesOf(before, after),
    typeSteps: typeStepsOf(before, after, { spec, catalogue }),
    notes: results.flatMap(({ notes }) => notes),
  };
}

const untouched = <Entry>(entries: Readonly<Record<string, Entry>>): Resolved<Entry> => ({
  entries,
  notes: [],
  reasons: new Map(),
  incomplete: true,
});

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Whoever reads the lock meanwhile sees the old one or the new one. */
async function replaceFile(file: string, text: string): Promise<void> {
  const part = `${file}.part`;
  await writeFile(part, text);
  await rename(part, file);
}
