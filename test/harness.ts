import path from "node:path";
import { record } from "../plan/recorder/record.ts";
import type { Row } from "../policies/row.ts";
import { loadEnvironment, type ResolvedEnvironment } from "../stacks/environment-file.ts";
import { fleet } from "../stacks/fleet.ts";

export const SANDBOX_FILE = path.join(import.meta.dirname, "..", "stacks", "Pulumi.sandbox.yaml");

/** The sandbox as its files say, with changes applied to the parsed form. */
export async function sandbox(
  change: (environment: Mutable<ResolvedEnvironment>) => void = () => undefined,
): Promise<ResolvedEnvironment> {
  const { spec, lock } = await loadEnvironment(SANDBOX_FILE);
  const environment = structuredClone({ spec, lock });
  change(environment);
  return environment;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Rows that an environment's program registers, sorted by URN. */
export async function rowsOf({ spec, lock }: ResolvedEnvironment): Promise<readonly Row[]> {
  const environment = { name: spec.environment.name, config: {}, secretKeys: [] };
  const { rows } = await record(environment, () => Promise.resolve(fleet(spec, lock)));
  return rows;
}

/** The row of a type and a name. @throws Error naming what there is. */
export function rowOf(rows: readonly Row[], type: string, name: string): Row {
  const row = rows.find((candidate) => candidate.type === type && candidate.name === name);
  if (row === undefined)
    throw new Error(
      `no ${type} ${name}; of that type: ${rows
        .filter((candidate) => candidate.type === type)
        .map((candidate) => candidate.name)
        .join(", ")}`,
    );
  return row;
}

/** The resources below a component as an indented tree of `name: type`. */
export function tree(rows: readonly Row[], parent: string, depth = 0): string {
  return rows
    .filter((row) => row.parent === parent)
    .map((row) => `${"  ".repeat(depth)}${row.name}: ${row.type}\n${tree(rows, row.urn, depth + 1)}`)
    .sort()
    .join("");
}
