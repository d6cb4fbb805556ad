import { closest, distance } from "fastest-levenshtein";

const LONGEST_VALUE = 60;

/** `a, b or c`. */
export const oneOf = (names: readonly string[]): string => join(names, "or");

/** `a, b and c`. */
export const allOf = (names: readonly string[]): string => join(names, "and");

const join = (names: readonly string[], conjunction: string): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${conjunction} ${names.at(-1)}`;

/** `1 pod`, `2 pods`. */
export const count = (amount: number, noun: string): string => `${amount} ${noun}${amount === 1 ? "" : "s"}`;

/** How a value is named in a report: its kind for what holds others, so that nothing below it is ever printed. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "an empty value";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return Object.keys(value).length === 0 ? "an empty mapping" : "a mapping";
  const text = JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 2)}…"`;
}

/**
 * The candidate that `name` was probably meant to be, or undefined if none is close: two letters or a third of them may
 * differ, one in short names, case aside. A name cut short or drawn out (`memory` for `memoryGiB`) counts as close.
 */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const wanted = name.toLowerCase();
  const byLower = new Map(candidates.map((candidate) => [candidate.toLowerCase(), candidate]));
  const match = closest(wanted, [...byLower.keys()]);
  const length = Math.max(wanted.length, match.length);
  if (distance(wanted, match) <= (length < 5 ? 1 : Math.max(2, length / 3))) return byLower.get(match);
  const extended = [...byLower.keys()].filter(
    (candidate) => wanted.length >= 3 && (candidate.startsWith(wanted) || wanted.startsWith(candidate)),
  );
  const [only, ...rest] = extended;
  return only !== undefined && rest.length === 0 ? byLower.get(only) : undefined;
}
