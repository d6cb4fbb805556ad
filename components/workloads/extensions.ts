import { readdir } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { WorkloadKind } from "./contract.ts";

/** A definition with the file it stands in, from the project's folder where it is below it. */
export interface RegisteredKind extends WorkloadKind {
  readonly file: string;
}

/** What is wrong with the file of an extension. */
export interface ExtensionProblem {
  readonly file: string;
  readonly got: string;
  readonly expected: string;
  readonly fix: string;
}

export interface Extensions {
  readonly kinds: readonly RegisteredKind[];
  readonly problems: readonly ExtensionProblem[];
}

const PROJECT = path.join(import.meta.dirname, "../..");
const KIND = /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/;

/**
 * Imports every `.ts` file directly in a folder, tests aside: each exports one definition. A file that can not be used
 * is a problem, never an error, so that a report can say it beside everything else.
 *
 * @param folder Absolute; none there means no extension.
 * @param builtIn Kinds that extensions must not have.
 */
export async function loadExtensions(folder: string, builtIn: readonly RegisteredKind[]): Promise<Extensions> {
  const files = (await filesIn(folder)).filter((name) => name.endsWith(".ts") && !/\.(test|d)\.ts$/.test(name)).sort();
  const loaded = await Promise.all(files.map((name) => load(path.join(folder, name))));
  const kinds: RegisteredKind[] = [];
  const problems: ExtensionProblem[] = [];
  for (const one of loaded) {
    const owner = "kind" in one ? [...builtIn, ...kinds].find(({ kind }) => kind === one.kind) : undefined;
    if (!("kind" in one)) problems.push(one);
    else if (owner === undefined) kinds.push(one);
    else {
      const got = `the kind ${one.kind}, which ${owner.file} defines`;
      problems.push({ file: one.file, got, expected: "a kind of its own", fix: "choose another `kind`" });
    }
  }
  return { kinds, problems };
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

async function load(target: string): Promise<RegisteredKind | ExtensionProblem> {
  const below = path.relative(PROJECT, target);
  const file = below.startsWith("..") ? target : below;
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = await import(pathToFileURL(target).href);
  } catch (error) {
    const got = `an error as it was loaded: ${error instanceof Error ? error.message : String(error)}`;
    return { file, got, expected: "a file that loads", fix: `\`node ${file}\` says where` };
  }
  const [definition, ...others] = Object.values(exported).filter(isDefinition);
  const expected = "one exported definition";
  if (definition === undefined) {
    const fix = "export what `defineWorkload` returns; files that define no workload belong into a folder below";
    return { file, got: "no definition", expected, fix };
  }
  if (others.length > 0) {
    const got = `definitions of ${[definition, ...others].map(({ kind }) => kind).join(", ")}`;
    return { file, got, expected, fix: "give each a file of its own" };
  }
  if (!KIND.test(definition.kind)) {
    const got = `the kind ${JSON.stringify(definition.kind)}`;
    return {
      file,
      got,
      expected: "2 to 32 lower-case letters, digits and hyphens, starting with a letter",
      fix: "choose another `kind`",
    };
  }
  return { ...definition, file };
}

/** By what it has: a file may have its own copy of the contract, so that no identity could tell. */
const isDefinition = (value: unknown): value is WorkloadKind =>
  typeof value === "object" &&
  value !== null &&
  ["kind", "ports", "needs", "spec", "example", "build", "serves"].every((member) => member in value);
