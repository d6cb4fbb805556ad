import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import type { Problem } from "./problems.ts";
import { parse } from "./schema-problems.ts";
import { environmentLock, type EnvironmentLock } from "./spec/lock.ts";
import { readDocument } from "./text-file.ts";
import type { YamlDocument } from "./yaml-document.ts";

export interface LockFile {
  /** As problems name it. */
  readonly file: string;
  readonly document: YamlDocument;
  /** Undefined if it could not be read; `problems` then says why. */
  readonly lock: EnvironmentLock | undefined;
  readonly problems: readonly Problem[];
}

/** Where locks are kept that do not stand beside their environment file. */
const STACKS = path.relative(process.cwd(), import.meta.dirname);

/**
 * Reads the lock of an environment: `<name>.lock.yaml` beside the environment file or else in `stacks/`.
 *
 * @param chosen Path of the lock, if it is neither.
 */
export async function readLock(environmentFile: string, name: string, chosen?: string): Promise<LockFile> {
  const beside = path.join(path.dirname(environmentFile), `${name}.lock.yaml`);
  const candidates = chosen === undefined ? [...new Set([beside, path.join(STACKS, `${name}.lock.yaml`)])] : [chosen];
  const { file, document } = await readDocument(candidates, {
    what: `the lock of ${environmentFile}`,
    fix: `run \`npm run resolve -- ${name}\``,
  });
  if (document.problems.length > 0) return { file, document, lock: undefined, problems: document.problems };
  const parsed = parse(environmentLock, document.value);
  if ("value" in parsed) return { file, document, lock: parsed.value, problems: [] };
  return { file, document, lock: undefined, problems: parsed.complaints.map((complaint) => document.place(complaint)) };
}

const dated = z.object({ resolvedAt: environmentLock.shape.resolvedAt });

/**
 * The day on which an environment in `stacks/` was resolved; undefined if there is no lock that says so. For the policy
 * pack, which knows no more of an environment than its name: the program has refused a lock that is wrong.
 *
 * @param chosen Path of the lock, if it does not stand in `stacks/`.
 */
export function lockedSince(name: string, chosen?: string): string | undefined {
  const file = chosen ?? path.join(import.meta.dirname, `${name}.lock.yaml`);
  if (!existsSync(file)) return undefined;
  return dated.safeParse(parseYaml(readFileSync(file, "utf8"))).data?.resolvedAt;
}
