import { UNKNOWN, type Row, type Value } from "../../policies/row.ts";

/** Where a value stands within a row's inputs. */
export type Path = readonly (string | number)[];

/** The value at `path`; undefined if absent or null, {@link UNKNOWN} if it or a value around it is not known yet. */
export function valueAt(inputs: Row["inputs"], path: Path): Value | undefined {
  let value: Value | undefined = inputs;
  for (const part of path) {
    if (value === UNKNOWN) return UNKNOWN;
    if (isList(value)) value = typeof part === "number" ? value[part] : undefined;
    else if (typeof value === "object" && value !== null) value = value[part];
    else return undefined;
  }
  return value ?? undefined;
}

/** As {@link Row.secretPaths} writes it, such as `spec.claims[0].size`. */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? part : `${text}.${part}`;
  }, "");

/** The value as a report may show it. */
export function visibleValue(row: Row, path: Path): string {
  if (path.length === 0) return "";
  const text = pathText(path);
  if (row.secretPaths.some((secret) => within(text, secret) || within(secret, text))) return "[secret]";
  const value = valueAt(row.inputs, path);
  if (value === UNKNOWN) return "[unknown]";
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "").replaceAll(UNKNOWN, "[unknown]");
}

/** A number, also as the string that AWS takes for many of them. */
export function asNumber(value: Value): number | undefined {
  if (typeof value === "string" && value.trim() === "") return undefined;
  const number = typeof value === "number" || typeof value === "string" ? Number(value) : Number.NaN;
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

export const asText = (value: Value): string | undefined => (typeof value === "string" ? value : undefined);

/** A flag, also as the string that AWS takes for some of them. */
export function asFlag(value: Value): boolean | undefined {
  if (value === true || value === "true") return true;
  return value === false || value === "false" ? false : undefined;
}

/** `Array.isArray` that knows readonly arrays. */
export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);

const within = (path: string, outer: string): boolean =>
  path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
