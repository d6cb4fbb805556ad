import { UNKNOWN, type Row, type Value } from "./row.ts";
import type { Surroundings } from "./rule.ts";
import { PROJECT, STACK_TYPE, stackUrn } from "./stack.ts";
import { asObject, isList } from "./values.ts";

/** Rows together with what a rule has to say about them. */
export interface Example {
  /**
   * `good` passes and `bad` is reported. `boundary` is the last that passes or the first that does not. `unknown`
   * holds a value that only `up` decides, and follows the rule's mode. `secret` is reported without being shown.
   */
  readonly kind: "good" | "bad" | "boundary" | "unknown" | "secret";
  /** A short phrase for what the rows are. */
  readonly name: string;
  readonly rows: readonly Row[];
  /** What is reported, in any order; nothing for what passes. */
  readonly reports: readonly { readonly urn: string; readonly path: string }[];
  /** What differs from {@link exampleSurroundings}. */
  readonly surroundings: Partial<Surroundings>;
  /** Parameters of the rule in place of its defaults. */
  readonly settings: Readonly<Record<string, Value>> | undefined;
}

/** A path in the first of the rows, or in the row that is named. */
type At = string | { readonly of: Row; readonly path: string };

interface Conditions extends Partial<Surroundings> {
  readonly settings?: Readonly<Record<string, Value>>;
}

type MakeExample = (
  name: string,
  rows: Row | readonly Row[],
  at?: At | readonly At[],
  conditions?: Conditions,
) => Example;

const example =
  (kind: Example["kind"]): MakeExample =>
  (name, given, at = [], { settings, ...surroundings } = {}) => {
    const rows = isOne(given) ? [given] : given;
    const reports = (isOne(at) ? [at] : at).map((place) =>
      typeof place === "string" ? { urn: rows[0]?.urn ?? "", path: place } : { urn: place.of.urn, path: place.path },
    );
    return { kind, name, rows, reports, surroundings, settings };
  };

function isOne<T>(value: T | readonly T[]): value is T {
  return !Array.isArray(value);
}

export const good = (name: string, rows: Row | readonly Row[], conditions?: Conditions): Example =>
  example("good")(name, rows, [], conditions);
export const bad = example("bad");
export const boundary = example("boundary");
export const unknown = example("unknown");
export const secret = example("secret");

/** A row for a rule's examples and tests: of the environment `example`, at the root, without labels or secrets. */
export function exampleRow(
  type: string,
  name: string,
  inputs: { readonly [key: string]: Value },
  more: Partial<Row> = {},
): Row {
  const urn = `urn:pulumi:example::${PROJECT}::${type}::${name}`;
  const defaults = { custom: true, provider: "", labels: {}, secretPaths: [], unknownPaths: [] };
  return { urn, type, name, parent: stackUrn("example"), ...defaults, inputs, ...more };
}

/** The row of the stack `example` itself. */
export const exampleStack: Row = {
  ...exampleRow(STACK_TYPE, `${PROJECT}-example`, {}, { custom: false, parent: "" }),
  urn: stackUrn("example"),
};

/** What examples and tests are judged in, unless they say otherwise. */
export const exampleSurroundings: Surroundings = {
  environment: "example",
  cost: undefined,
  budget: undefined,
  privacy: { residency: ["DE", "FI", "SE"] },
  lifetime: { purpose: "production", today: "2026-11-21" },
  lock: { resolvedAt: "2026-11-01", today: "2026-11-21" },
};

/**
 * The row with another value at a path such as `spec.env[0].value` or `labels["a/b"]`; `undefined` takes it away. The
 * place itself may be missing, what it lies in may not.
 *
 * @throws Error if there is nothing for the place to lie in.
 */
export function changed(row: Row, path: string, value: Value | undefined): Row {
  const inputs = asObject(withValue(row.inputs, keysOf(path), value, path)) ?? {};
  return { ...row, inputs, unknownPaths: value === UNKNOWN ? [...row.unknownPaths, path] : row.unknownPaths };
}

/** The row with what stands at the paths marked as a Pulumi secret. */
export const marked = (row: Row, ...secretPaths: readonly string[]): Row => ({ ...row, secretPaths });

const keysOf = (path: string): readonly string[] =>
  [...path.matchAll(/\["([^"]+)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, key]) => quoted ?? index ?? key ?? "",
  );

function withValue(whole: Value | undefined, keys: readonly string[], value: Value | undefined, path: string): Value {
  const [key, ...rest] = keys;
  if (key === undefined) return value ?? null;
  const fields = asObject(whole);
  if (fields !== undefined) {
    if (rest.length > 0) return { ...fields, [key]: withValue(fields[key], rest, value, path) };
    const { [key]: _old, ...others } = fields;
    return value === undefined ? others : { ...fields, [key]: value };
  }
  if (whole === undefined || whole === null || !isList(whole)) throw new Error(`${path}: nothing holds ${key}`);
  const index = Number(key);
  if (rest.length === 0 && value === undefined) return whole.toSpliced(index, 1);
  return whole.with(index, withValue(whole[index], rest, value, path));
}
