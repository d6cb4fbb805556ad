import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { registry } from "../../components/workloads/registry.ts";
import { constantOf, definitionText, testText } from "./template.ts";

export interface NewWorkload {
  readonly kind: string;
  /** True for a file in `extensions/workloads/`, which is found without a line in the registry. */
  readonly extension: boolean;
  /** The project's folder. */
  readonly root: string;
}

/** Bad input: what was given, what was expected. Nothing was written. */
export class RefusedError extends Error {}

const KIND = /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/;
/** Files of the folder that are no definitions. */
const TAKEN = new Set(["contract", "example", "extensions", "needs", "plan", "registry"]);
/** Words of the language, which no constant can be called. */
const RESERVED = new Set(
  [
    "await break case catch class const continue debugger default delete do else enum export extends false finally for",
    "function if implements import in instanceof interface let new null package private protected public return static",
    "super switch this throw true try typeof var void while with yield",
  ].flatMap((words) => words.split(" ")),
);

/**
 * Writes a definition of a new kind with its test, and upstream its line in the registry.
 *
 * @returns Files that were written or changed, from the project's folder.
 * @throws RefusedError if the name is no name of a kind, or is taken.
 */
export async function writeWorkload({ kind, extension, root }: NewWorkload): Promise<string[]> {
  const given = JSON.stringify(kind);
  if (!KIND.test(kind)) {
    throw new RefusedError(
      `${given} can not be a kind; expected 2 to 32 lower-case letters, digits and hyphens, ` +
        "starting with a letter and not ending with a hyphen",
    );
  }
  const taken = registry.find((definition) => definition.kind === kind);
  if (taken !== undefined) throw new RefusedError(`${given} is taken by ${taken.file}; choose another name`);
  if (RESERVED.has(kind) || (!extension && TAKEN.has(kind))) {
    throw new RefusedError(
      `${given} can not be the name of the file and its constant; choose another, such as ${kind}-service`,
    );
  }
  const folder = extension ? "extensions/workloads" : "components/workloads";
  const contract = extension ? "../../components/workloads" : ".";
  const [definition, test] = [path.join(folder, `${kind}.ts`), path.join(folder, `${kind}.test.ts`)];
  for (const file of [definition, test]) {
    if (existsSync(path.join(root, file)))
      throw new RefusedError(`${file} exists; choose another name, or remove it first`);
  }
  const registryFile = "components/workloads/registry.ts";
  const registryText = extension ? undefined : withKind(await readFile(path.join(root, registryFile), "utf8"), kind);
  await mkdir(path.join(root, folder), { recursive: true });
  await writeFile(path.join(root, definition), definitionText({ kind, contract }), { flag: "wx" });
  await writeFile(path.join(root, test), testText({ kind, contract }), { flag: "wx" });
  if (registryText === undefined) return [definition, test];
  await writeFile(path.join(root, registryFile), registryText);
  return [definition, test, registryFile];
}

const IMPORT = /^import \{ \w+ \} from "\.\/[\w-]+\.ts";\n/gm;
const LIST = /const builtIn = \[([\w,\s]*)\]/;
const WIDTH = 120;

/** The registry with an import and a place in the list for a kind, in order. @throws Error if it has another form. */
export function withKind(text: string, kind: string): string {
  const constant = constantOf(kind);
  const imported = `import { ${constant} } from "./${kind}.ts";\n`;
  const imports = [...text.matchAll(IMPORT)].map(([line]) => line);
  const [first] = imports;
  const listed = LIST.exec(text)?.[1];
  if (first === undefined || listed === undefined) {
    throw new Error("components/workloads/registry.ts has no imports of definitions or no list of them; add the kind");
  }
  const names = [...(listed.match(/\w+/g) ?? []), constant].sort();
  const line = `const builtIn = [${names.join(", ")}]`;
  const list = line.length < WIDTH ? line : `const builtIn = [\n${names.map((name) => `  ${name},\n`).join("")}]`;
  const before = imports.filter((other) => other < imported).at(-1);
  const withImport =
    before === undefined ? text.replace(first, imported + first) : text.replace(before, before + imported);
  return withImport.replace(LIST, list);
}
