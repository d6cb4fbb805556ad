import path from "node:path";
import { loadEnvironment, type Environment, type LoadOptions } from "../stacks/environment-file.ts";
import { environmentNames } from "../stacks/environment-names.ts";
import { nearest } from "../stacks/words.ts";
import { InputError } from "./errors.ts";

/** The environment that exists only in the twin, and the one that every verb takes when none is named. */
export const SANDBOX = "sandbox";

export interface EnvironmentChoice {
  /** Name of an environment in `stacks/`. @default "sandbox", or what `file` says */
  readonly name?: string | undefined;
  /** Absolute path of an environment file that stands elsewhere. */
  readonly file?: string | undefined;
  /** Checks that the verb makes in another way. @default none */
  readonly leave?: LoadOptions["leave"];
}

/**
 * Reads the environment that a person has named.
 *
 * @throws InputError where there is none of that name, SpecError with everything that is wrong with its files.
 */
export async function selectEnvironment(root: string, { name, file, leave }: EnvironmentChoice): Promise<Environment> {
  if (file === undefined) return loadEnvironment(environmentFile(root, name ?? SANDBOX), { leave });
  const environment = await loadEnvironment(file, { leave });
  if (name !== undefined && name !== environment.name) {
    throw new InputError(`${file} describes "${environment.name}", not "${name}". Leave the name out or correct it.`);
  }
  return environment;
}

/** Path of the file of an environment in `stacks/`, as problems name it. @throws InputError where there is none. */
export function environmentFile(root: string, name: string): string {
  const stacks = path.join(root, "stacks");
  const known = environmentNames(stacks);
  if (!known.includes(name)) throw new InputError(unknownEnvironment(name, known));
  return path.relative(process.cwd(), path.join(stacks, `Pulumi.${name}.yaml`));
}

function unknownEnvironment(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  const has = `The folder stacks/ has: ${known.join(", ")}. --file takes one from anywhere.`;
  return `There is no environment "${name}".${hint} ${has}`;
}
