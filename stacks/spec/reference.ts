import { z } from "zod";
import { environmentSpec } from "./environment.ts";
import { alternatives, describeSchema, type JsonSchema } from "./schema-words.ts";

/** The generated page of every field of an environment file: `path` from the project's root, and its text. */
export function generateEnvironmentReference(): { path: string; text: string }[] {
  const { properties = {}, required = [] } = z.toJSONSchema(environmentSpec, { io: "input" });
  const sections = Object.entries(properties).flatMap(([name, schema]) =>
    typeof schema === "boolean" ? [] : section(name, schema, required.includes(name)),
  );
  const text = [
    "# Environment files",
    "",
    "Generated from `stacks/spec`. A file `stacks/Pulumi.<environment>.yaml` has one key a section below `config`,",
    "under `splitfleet:`. Any key that does not stand here is an error.",
    ...sections,
    "",
  ].join("\n");
  return [{ path: "docs/reference/environment.md", text }];
}

function section(name: string, schema: JsonSchema, required: boolean): string[] {
  const entries = isSchema(schema.additionalProperties) ? schema.additionalProperties : undefined;
  const union = alternatives(entries ?? {});
  const tables =
    union === undefined
      ? table([...fields(name, schema, required)])
      : [...union.byValue].flatMap(([kind, option], index) => [
          ...(index === 0 ? [] : [""]),
          `### ${union.key}: ${String(kind)}`,
          "",
          ...table([...fields(`${name}.<name>`, option, true)]),
        ]);
  const summary = schema.description === undefined || schema.type !== "object" ? [] : [schema.description, ""];
  return ["", `## ${name}`, "", ...summary, ...tables];
}

/** Cells of one field of an environment file. */
type Row = readonly [field: string, value: string, fallback: string, description: string];

/** A row for each value below a path; mappings, and lists of them, are opened. */
export function* fields(path: string, schema: JsonSchema, required: boolean): Iterable<Row> {
  const { properties, additionalProperties, items } = schema;
  if (isSchema(additionalProperties)) {
    yield* fields(`${path}.<name>`, additionalProperties, required);
  } else if (properties !== undefined) {
    for (const [key, child] of Object.entries(properties)) {
      if (isSchema(child)) yield* fields(`${path}.${key}`, child, schema.required?.includes(key) === true);
    }
  } else {
    yield [`\`${path}\``, typeOf(schema), fallback(schema, required), schema.description ?? ""];
    if (isSchema(items) && items.properties !== undefined) yield* fields(`${path}[]`, items, true);
  }
}

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function typeOf(schema: JsonSchema): string {
  const { items } = schema;
  if (!isSchema(items)) return describeSchema(schema);
  return `a list${(schema.minItems ?? 0) > 0 ? " of at least one" : ""}, each ${describeSchema(items)}`;
}

function fallback(schema: JsonSchema, required: boolean): string {
  if (schema.default !== undefined) return `\`${JSON.stringify(schema.default)}\``;
  return required ? "required" : "";
}

/** What the cells of a row say. */
export const FIELD_COLUMNS = ["field", "value", "default", "description"] as const;

const table = (rows: readonly Row[]): string[] => markdownTable(FIELD_COLUMNS, rows);

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (row: readonly string[]): string => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}
