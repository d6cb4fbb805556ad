import { z } from "zod";
import { UNKNOWN, type Row, type Value } from "./row.ts";
import type { Rule, RuleContext, Violation } from "./rule.ts";
import { shown, type Place } from "./values.ts";

/** What is wrong with one resource. */
export type Fault = Omit<Violation, "urn">;

interface ResourceRule<Config> extends Omit<Rule<Config>, "check" | "scope"> {
  /** Types of the resources that it judges. */
  readonly types: readonly string[];
  inspect(row: Row, context: RuleContext<Config>): Iterable<Fault>;
}

/** A rule that judges each resource of some types by itself. */
export function resourceRule<Config>({ types, inspect, ...data }: ResourceRule<Config>): Rule<Config> {
  const judged = new Set(types);
  return {
    ...data,
    scope: "resource",
    *check(rows, context) {
      for (const row of rows) {
        if (judged.has(row.type)) for (const fault of inspect(row, context)) yield { urn: row.urn, ...fault };
      }
    },
  };
}

/** The config of a rule without parameters. */
export const noParameters = z.strictObject({});

interface Demand {
  /** What has to stand there, as it continues "expected …". */
  readonly limit: string;
  /** What is wrong if it does not, as a sentence that names the resource. */
  readonly message: string;
  readonly fix?: string;
  isMet(value: Value | undefined): boolean;
}

/** Judges one value; one that is not known yet is left to the rule's mode. */
export function* demand(place: Place, { isMet, limit, message, fix }: Demand): Iterable<Fault> {
  const { path, value } = place;
  if (value === UNKNOWN) yield undecided(place, limit);
  else if (!isMet(value)) yield { path, message, value: shown(value), limit, ...(fix === undefined ? {} : { fix }) };
}

interface SharedDemand extends Omit<Fault, "value" | "fix" | "level"> {
  /** What a finding shows where no place meets the demand. */
  readonly nothing: string;
  isMet(place: Place): boolean;
}

/** Judges a resource by what others say for it: one of the places has to meet the demand. */
export function* demandOne(places: readonly Place[], { isMet, nothing, ...fault }: SharedDemand): Iterable<Fault> {
  if (places.some((place) => place.value !== UNKNOWN && isMet(place))) return;
  yield { ...fault, value: places.some(({ value }) => value === UNKNOWN) ? UNKNOWN : nothing };
}

/** What a rule says of a value that it would have to know. */
export const undecided = ({ path }: Pick<Place, "path">, limit: string): Fault => ({
  path,
  message: `Only \`up\` decides what stands here; expected is ${limit}.`,
  value: UNKNOWN,
  limit,
});
