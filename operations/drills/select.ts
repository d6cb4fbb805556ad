import { nearest } from "../../stacks/words.ts";
import { InputError } from "../errors.ts";
import type { Drill } from "./drill.ts";

/**
 * The drills that a person has asked for, each once, in the order of `known`.
 *
 * @throws InputError for a name that there is none of, or without names where not all are asked for
 */
export function selectDrills(known: readonly Drill[], names: readonly string[], all: boolean): readonly Drill[] {
  if (all && names.length > 0) throw new InputError(`--all and the names ${names.join(", ")} exclude each other.`);
  if (all) return known;
  if (names.length === 0) throw new InputError(`Name a drill, or take --all. There are:\n${list(known)}`);
  const unknown = names.filter((name) => !known.some((drill) => drill.name === name));
  if (unknown.length > 0) {
    const complaints = unknown.map((name) => {
      const meant = nearest(
        name,
        known.map((drill) => drill.name),
      );
      return `There is no drill "${name}".${meant === undefined ? "" : ` Did you mean ${meant}?`}`;
    });
    throw new InputError(`${complaints.join("\n")}\nThere are:\n${list(known)}`);
  }
  return known.filter(({ name }) => names.includes(name));
}

const list = (drills: readonly Drill[]): string => {
  const width = Math.max(...drills.map(({ name }) => name.length));
  return drills.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join("\n");
};
