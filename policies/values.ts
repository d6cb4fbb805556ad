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
