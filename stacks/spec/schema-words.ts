import type { z } from "zod";
import { allOf, count, oneOf } from "../words.ts";

export type JsonSchema = z.core.JSONSchema.JSONSchema;

const isSchema = (value: unknown): value is JsonSchema => typeof value === "object" && value !== null;

/** The alternatives of a union told apart by one key, by that key's value; undefined for any other schema. */
export function alternatives(schema: JsonSchema): { key: string; byValue: Map<unknown, JsonSchema> } | undefined {
  const options = schema.oneOf?.filter(isSchema) ?? [];
  const key = Object.entries(options[0]?.properties ?? {}).find(
    ([, property]) => isSchema(property) && "const" in property,
  )?.[0];
  if (key === undefined) return undefined;
  return { key, byValue: new Map(options.map((option) => [property(option, key)?.const, option])) };
}

const property = (schema: JsonSchema, key: string): JsonSchema | undefined => {
  const found = schema.properties?.[key];
  return isSchema(found) ? found : undefined;
};

/** The schema that holds at a path; `value` decides between a union's alternatives. */
export function schemaAt(root: JsonSchema, path: readonly (string | number)[], value: unknown): JsonSchema | undefined {
  let schema: JsonSchema | undefined = chosen(root, value);
  let rest = value;
  for (const part of path) {
    rest =
      isRecord(rest) || Array.isArray(rest) ? (rest as Readonly<Record<string | number, unknown>>)[part] : undefined;
    const child: unknown =
      typeof part === "number" ? schema.items : (schema.properties?.[part] ?? schema.additionalProperties);
    if (!isSchema(child)) return undefined;
    schema = chosen(child, rest);
  }
  return schema;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** The alternative that a value chose; the union itself if it chose none. */
function chosen(schema: JsonSchema, value: unknown): JsonSchema {
  const union = alternatives(schema);
  return (isRecord(value) && union !== undefined ? union.byValue.get(value[union.key]) : undefined) ?? schema;
}

/** What a value must be, as words that continue the sentence "expected …". */
export function describeSchema(schema: JsonSchema): string {
  const { errorMessage } = schema;
  if (typeof errorMessage === "string") return errorMessage;
  if (schema.const !== undefined) return String(schema.const);
  if (schema.enum !== undefined) return oneOf(schema.enum.map(String));
  const union = alternatives(schema);
  if (union !== undefined) return `a mapping whose ${union.key} is ${oneOf([...union.byValue.keys()].map(String))}`;
  switch (schema.type) {
    case "integer":
    case "number":
      return describeNumber(schema);
    case "boolean":
      return "true or false";
    case "array":
      return (schema.minItems ?? 0) > 0 ? `a list of at least ${count(schema.minItems ?? 0, "item")}` : "a list";
    case "object":
      return (schema.required ?? []).length > 0 ? `a mapping with ${allOf(schema.required ?? [])}` : "a mapping";
    default:
      return "text";
  }
}

function describeNumber(schema: JsonSchema): string {
  const noun = schema.type === "integer" ? "a whole number" : "a number";
  const { minimum, exclusiveMinimum, maximum } = bounds(schema);
  if (exclusiveMinimum !== undefined)
    return `${noun} above ${exclusiveMinimum}${maximum === undefined ? "" : `, at most ${maximum}`}`;
  if (minimum !== undefined && maximum !== undefined) return `${noun} from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `${noun} of at least ${minimum}`;
  return maximum === undefined ? noun : `${noun} of at most ${maximum}`;
}

/** Limits that somebody stated: whole numbers also carry the range in which a double is exact. */
const bounds = (schema: JsonSchema) => ({
  minimum: schema.minimum === Number.MIN_SAFE_INTEGER ? undefined : schema.minimum,
  exclusiveMinimum: schema.exclusiveMinimum,
  maximum: schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum,
});
