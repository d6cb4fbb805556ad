import { z } from "zod";
import type { Complaint, Path } from "./problems.ts";
import { alternatives, describeSchema, type JsonSchema, schemaAt } from "./spec/schema-words.ts";
import { describeValue, nearest, oneOf } from "./words.ts";

/** A document that fits its schema, or everything in which it does not. */
export type Parsed<T> = { readonly value: T } | { readonly complaints: readonly Complaint[] };

/** Parses a document; what zod finds is said in the report's own words, with the nearest valid name if there is one. */
export function parse<T>(schema: z.ZodType<T>, document: unknown): Parsed<T> {
  // What is expected is read from the schema itself below, so zod's own sentences are not needed.
  const result = schema.safeParse(document, { reportInput: true, error: () => "" });
  if (result.success) return { value: result.data };
  const root = z.toJSONSchema(schema, { io: "input" });
  const complaints = result.error.issues.flatMap((issue) => translate(issue, root, document));
  return { complaints: withoutMisspelt(complaints) };
}

function translate(issue: z.core.$ZodIssue, root: JsonSchema, document: unknown): Complaint[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  const schema = schemaAt(root, path, document);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(key, path, issue.input, root, document));
    case "invalid_key": {
      const expected = describeKeys(schemaAt(root, path.slice(0, -1), document));
      return [{ path, atKey: true, got: describeValue(issue.input), expected }];
    }
    case "invalid_union":
      if (issue.discriminator !== undefined) return [wrongKind(issue.discriminator, path, issue.input, root, document)];
      break;
    default:
  }
  const expected = schema === undefined || issue.code === "custom" ? issue.message : describeSchema(schema);
  return [{ path, got: describeValue(issue.input), expected, ...hints(issue.input, schema) }];
}

const describeKeys = (schema: JsonSchema | undefined): string =>
  schema?.propertyNames === undefined || typeof schema.propertyNames === "boolean"
    ? "text"
    : describeSchema(schema.propertyNames);

function unknownKey(key: string, path: Path, owner: unknown, root: JsonSchema, document: unknown): Complaint {
  const valid = Object.keys(schemaAt(root, path, document)?.properties ?? {});
  const absent = valid.filter((name) => !Object.keys(owner ?? {}).includes(name));
  const union = alternatives(schemaAt(root, path, undefined) ?? {});
  const kinds = [...(union?.byValue ?? [])]
    .filter(([, option]) => option.properties?.[key] !== undefined)
    .map(([kind]) => String(kind));
  return {
    path: [...path, key],
    atKey: true,
    got: "an unknown key",
    expected: `one of the keys ${oneOf(valid)}`,
    nearest: nearest(key, absent),
    ...(kinds.length === 0 ? {} : { fix: `remove it: ${key} belongs to ${union?.key} ${oneOf(kinds)}` }),
  };
}

function wrongKind(discriminator: string, path: Path, owner: unknown, root: JsonSchema, document: unknown): Complaint {
  const parent = schemaAt(root, path.slice(0, -1), document);
  const kinds = [...(alternatives(parent ?? {})?.byValue.keys() ?? [])].map(String);
  const value = (owner as Readonly<Record<string, unknown>>)[discriminator];
  return {
    path,
    got: describeValue(value),
    expected: oneOf(kinds),
    ...(typeof value === "string" ? { nearest: nearest(value, kinds) } : {}),
  };
}

/** What the writer probably meant: a valid name, a number without its unit, a list of one. */
function hints(value: unknown, schema: JsonSchema | undefined): Pick<Complaint, "nearest" | "fix"> {
  if (typeof value === "string" && schema?.enum !== undefined) {
    return { nearest: nearest(value, schema.enum.map(String)) };
  }
  const number = typeof value === "string" ? /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z%€]*)\s*$/.exec(value) : null;
  if (number !== null && (schema?.type === "number" || schema?.type === "integer")) {
    const [, digits, unit] = number;
    return { fix: unit === "" ? `write ${digits} without quotes` : `write ${digits}: the key names the unit` };
  }
  const alone = typeof value === "string" || typeof value === "number";
  return schema?.type === "array" && alone ? { fix: `write [${value}]` } : {};
}

/** A misspelt key is one mistake: that the key it was meant to be is missing is not said as well. */
function withoutMisspelt(complaints: readonly Complaint[]): Complaint[] {
  const meant = new Set(
    complaints.flatMap(({ path, atKey, nearest: name }) =>
      atKey === true && name !== undefined ? [JSON.stringify([...path.slice(0, -1), name])] : [],
    ),
  );
  return complaints.filter(({ path, got }) => got !== "nothing" || !meant.has(JSON.stringify(path)));
}
