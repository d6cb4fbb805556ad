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
  /** Sections that were left out, as far as they may be. */
  readonly absent: readonly string[];
}

/** A check over the facts that could be read: what it needs and can not have, it says nothing about. */
export type Check = (facts: Partial<Facts>) => Iterable<Complaint>;

type Known<Key extends keyof Facts> = { readonly [Name in Key]: NonNullable<Facts[Name]> };

/** Makes a check of a pure function over some of the facts. */
export function check<const Key extends keyof Facts>(
  needs: readonly Key[],
  run: (facts: Known<Key>) => Iterable<Complaint>,
): Check {
  return checkWith(needs, [], run);
}

/** As {@link check}, of a function that also looks at `_uses`, which there may be or not. */
export function checkWith<const Key extends keyof Facts, const Maybe extends keyof Facts>(
  needs: readonly Key[],
  _uses: readonly Maybe[],
  run: (facts: Known<Key> & Partial<Pick<Facts, Maybe>>) => Iterable<Complaint>,
): Check {
  const has = (facts: Partial<Facts>): facts is Partial<Facts> & Known<Key> & Partial<Pick<Facts, Maybe>> =>
    needs.every((key) => facts[key] !== undefined);
  return (facts) => (has(facts) ? run(facts) : []);
}

/** A name that stands for nothing. `noun` is what it should name, in the singular. */
export function unknownName(path: Path, name: string, noun: string, known: readonly string[]): Complaint {
  const expected = known.length === 0 ? `a ${noun}; there is none` : `the name of a ${noun}: ${oneOf(known)}`;
  return { path, got: describeValue(name), expected, nearest: nearest(name, known) };
}
