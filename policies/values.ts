import { UNKNOWN, type Row, type Value } from "./row.ts";

/** Joins a property path: `join("spec", "env")` is `spec.env`, `join("env", 0)` is `env[0]`, an odd key is quoted. */
export function join(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** Whether `path` is `container` or lies within it. */
function within(path: string, container: string): boolean {
  return path === container || path.startsWith(`${container}.`) || path.startsWith(`${container}[`);
}

/** Whether the value at the path is, contains, or is part of a Pulumi secret. */
export function isSecret(row: Row, path: string): boolean {
  return row.secretPaths.some((secret) => within(path, secret) || within(secret, path));
}

/** The value as an object, or undefined where it is another thing or not known. */
export function asObject(value: Value | undefined): { readonly [key: string]: Value } | undefined {
  return typeof value === "object" && value !== null && !isList(value) ? value : undefined;
}

/** The value as a list; a single value counts as a list of one, nothing as an empty list. */
export function asList(value: Value | undefined): readonly Value[] {
  if (value === undefined || value === null) return [];
  return isList(value) ? value : [value];
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Text of a string or number; undefined for everything else and for what is not known. */
export function asText(value: Value | undefined): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== UNKNOWN ? value : undefined;
}

/** A value and where it stands in its resource. */
export interface Place {
  readonly path: string;
  readonly value: Value | undefined;
}

/** What stands in a resource below the keys; within an unknown value everything is unknown. */
export function placeIn(row: Row, ...keys: readonly (string | number)[]): Place {
  return below({ path: "", value: row.inputs }, ...keys);
}

/** What stands below the keys of another place. */
export function below(start: Place, ...keys: readonly (string | number)[]): Place {
  return keys.reduce<Place>(
    ({ path, value }, key) => ({ path: join(path, key), value: value === UNKNOWN ? UNKNOWN : child(value, key) }),
    start,
  );
}

function child(value: Value | undefined, key: string | number): Value | undefined {
  return typeof key === "number" ? asList(value)[key] : asObject(value)?.[key];
}

/** The items of a list, each with its place; an unknown list is one item of which nothing is known. */
export function itemsOf(place: Place): readonly Place[] {
  const { path, value } = place;
  if (value === UNKNOWN) return [place];
  return asList(value).map((item, index) => ({ path: join(path, index), value: item }));
}

/** True for the boolean and for the text that some AWS arguments take in its place. */
export const isTrue = (value: Value | undefined): boolean => value === true || value === "true";

/** A value as findings show it, cut after 80 characters. */
export function shown(value: Value | undefined): string {
  if (value === undefined || value === null) return "nothing";
  const text = typeof value === "string" ? value : JSON.stringify(value).replaceAll(UNKNOWN, "[unknown]");
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
