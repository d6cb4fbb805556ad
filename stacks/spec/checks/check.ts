import type { Complaint, Path } from "../../problems.ts";
import { describeValue, nearest, oneOf } from "../../words.ts";
import type { EnvironmentSpec } from "../environment.ts";
import type { EnvironmentLock } from "../lock.ts";

/** What checks look at: the sections, the lock, and what both are called. */
export interface Facts extends EnvironmentSpec {
  readonly lock: EnvironmentLock;
  /** Name of the stack, where the file's own name says it. */
  readonly stack: string;
  readonly files: { readonly environment: string; readonly lock: string };
}

/** A check over the facts that could be read: what it needs and can not have, it says nothing about. */
export type Check = (facts: Partial<Facts>) => Iterable<Complaint>;

/** Makes a check of a pure function over some of the facts. */
export function check<const Key extends keyof Facts>(
  needs: readonly Key[],
  run: (facts: Readonly<Pick<Facts, Key>>) => Iterable<Complaint>,
): Check {
  const has = (facts: Partial<Facts>): facts is Partial<Facts> & Pick<Facts, Key> =>
    needs.every((key) => facts[key] !== undefined);
  return (facts) => (has(facts) ? run(facts) : []);
}

/** A name that stands for nothing. `noun` is what it should name, in the singular. */
export function unknownName(path: Path, name: string, noun: string, known: readonly string[]): Complaint {
  const expected = known.length === 0 ? `a ${noun}; there is none` : `the name of a ${noun}: ${oneOf(known)}`;
  return { path, got: describeValue(name), expected, nearest: nearest(name, known) };
}
