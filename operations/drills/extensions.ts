import { readdir } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { InputError } from "../errors.ts";
import type { Drill } from "./drill.ts";

/**
 * The drills of a team: every `.ts` file directly in a folder, tests aside, exports one.
 *
 * @param folder Absolute; none there means no drill
 * @param builtIn Whose names are taken
 * @throws InputError naming a file that can not be used, and what to do
 */
export async function loadDrills(folder: string, builtIn: readonly Drill[]): Promise<readonly Drill[]> {
  const names = await filesIn(folder);
  const files = names.filter((name) => name.endsWith(".ts") && !/\.(test|d)\.ts$/.test(name)).sort();
  const drills: Drill[] = [];
  for (const file of files) {
    const drill = await load(path.join(folder, file));
    if ([...builtIn, ...drills].some(({ name }) => name === drill.name)) {
      throw new InputError(
        `extensions/drills/${file} is named ${drill.name}, as another drill is. Choose another name.`,
      );
    }
    drills.push(drill);
  }
  return drills;
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

async function load(file: string): Promise<Drill> {
  const below = `extensions/drills/${path.basename(file)}`;
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = await import(pathToFileURL(file).href);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(`${below} can not be loaded: ${why}. \`node ${below}\` says where.`);
  }
  const [drill, ...others] = Object.values(exported).filter(isDrill);
  if (drill === undefined || others.length > 0) {
    throw new InputError(
      `${below} exports ${others.length === 0 ? "no drill" : `${others.length + 1} drills`}; expected one, an object ` +
        "with `name`, `summary` and `cases`. Shared code belongs into a folder below.",
    );
  }
  if (!/^[a-z]+(-[a-z0-9]+)*$/.test(drill.name)) {
    throw new InputError(`${below} is named ${JSON.stringify(drill.name)}; expected lower-case words with hyphens.`);
  }
  return drill;
}

const isDrill = (value: unknown): value is Drill =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  typeof value.name === "string" &&
  "summary" in value &&
  typeof value.summary === "string" &&
  "cases" in value &&
  typeof value.cases === "function";
