import { isDeepStrictEqual } from "node:util";
import type { Value } from "../../policies/row.ts";
import { asList, asObject, isList } from "../../policies/values.ts";

/** Where another policy file differs. */
export interface PolicyDifference {
  readonly section: string;
  /** Which of the two has it. */
  readonly only: "derived" | "other";
  /** A grant or rule, or an entry such as `{"tag:factory": []}`. */
  readonly entry: Value;
}

/**
 * What two policy files do not have in common, entry by entry. The order of entries counts for nothing: the policy grants,
 * and nothing in it takes anything away. A section that is empty is not one that is missing: without grants a tailnet is
 * open.
 */
export function comparePolicies(derived: Value, other: Value): PolicyDifference[] {
  const [ours, theirs] = [asObject(derived) ?? {}, asObject(other) ?? {}];
  return [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].flatMap((section): PolicyDifference[] => {
    const [own, found] = [ours[section], theirs[section]];
    if (own === undefined || found === undefined) {
      const entry = own ?? found ?? null;
      return [{ section, only: own === undefined ? "other" : "derived", entry }];
    }
    return [
      ...without(entriesOf(own), entriesOf(found)).map((entry) => ({ section, only: "derived", entry }) as const),
      ...without(entriesOf(found), entriesOf(own)).map((entry) => ({ section, only: "other", entry }) as const),
    ];
  });
}

const without = (entries: readonly Value[], known: readonly Value[]): Value[] =>
  entries.filter((entry) => !known.some((other) => isDeepStrictEqual(entry, other)));

function entriesOf(section: Value): readonly Value[] {
  if (isList(section)) return asList(section);
  const entries = asObject(section);
  return entries === undefined ? [section] : Object.entries(entries).map(([key, value]) => ({ [key]: value }));
}
