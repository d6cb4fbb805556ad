import { isObject, type Properties, type Value } from "./values.ts";

/** Where a value stands: property names and list indices from the top. */
export type Path = readonly (string | number)[];

/** Pulumi's notation, such as `spec.containers[0].env` or `labels["a.b/c"]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}

/** A pattern of the kinds tables: dots between names, `[*]` for every element of a list. */
export function parsePattern(pattern: string): string[] {
  return pattern.replaceAll("[*]", ".*").split(".");
}

/** Whether a change at `path` touches what `pattern` names: the place itself, something below or something above it. */
export function touches(path: Path, pattern: string): boolean {
  const keys = parsePattern(pattern);
  const shared = Math.min(keys.length, path.length);
  return keys.slice(0, shared).every((key, index) => key === "*" || key === String(path[index]));
}

/** Every value that `pattern` names within `properties`, with its path. */
export function select(properties: Properties, pattern: string): { path: Path; value: Value }[] {
  let found: { path: Path; value: Value }[] = [{ path: [], value: properties }];
  for (const key of parsePattern(pattern)) {
    found = found.flatMap(({ path, value }) => {
      if (key === "*" && Array.isArray(value)) {
        return value.map((element, index) => ({ path: [...path, index], value: element }));
      }
      const child = isObject(value) ? value[key] : undefined;
      return child === undefined || child === null ? [] : [{ path: [...path, key], value: child }];
    });
  }
  return found;
}

/** The text at a path without wildcards, or undefined where there is none. */
export function textAt(properties: Properties, pattern: string): string | undefined {
  const value = select(properties, pattern)[0]?.value;
  return typeof value === "string" ? value : undefined;
}

/** A copy of `properties` with `value` at a path without wildcards; objects on the way are made. */
export function withValue(properties: Properties, pattern: string, value: Value): Properties {
  const [key = "", ...rest] = parsePattern(pattern);
  if (rest.length === 0) return { ...properties, [key]: value };
  const child = properties[key];
  return { ...properties, [key]: withValue(isObject(child) ? child : {}, rest.join("."), value) };
}
