import { z } from "zod";
import { NAMESPACE, PULUMI_KEYS } from "../namespace.ts";
import { environmentSpec } from "./environment.ts";
import { environmentLock } from "./lock.ts";
import type { JsonSchema } from "./schema-words.ts";

/** Draft 7 is what the YAML language servers of editors read best. */
const DRAFT = { io: "input", target: "draft-7" } as const;

/** JSON Schemas of an environment file and of a lock, for editors: `path` from the project's root, and the text. */
export function generateJsonSchema(): { path: string; text: string }[] {
  return [
    { path: "docs/reference/environment.schema.json", text: toText(environmentFileSchema()) },
    {
      path: "docs/reference/lock.schema.json",
      text: toText({ title: "Splitfleet lock", ...z.toJSONSchema(environmentLock, DRAFT) }),
    },
  ];
}

const toText = (schema: JsonSchema): string => `${JSON.stringify(schema, null, 2)}\n`;

/** The sections where they stand in the file: below `config`, each under its namespace, beside other packages' keys. */
function environmentFileSchema(): JsonSchema {
  const { $schema, properties = {}, required = [] } = z.toJSONSchema(environmentSpec, DRAFT);
  const key = (section: string): string => `${NAMESPACE}:${section}`;
  const sections = Object.entries(properties).map(([section, schema]) => [key(section), orAsText(schema)] as const);
  return {
    ...($schema === undefined ? {} : { $schema }),
    title: "Splitfleet environment",
    description: "stacks/Pulumi.<environment>.yaml",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(sections),
        patternProperties: { [`^(?!${NAMESPACE}:)[^:]+:.+$`]: {} },
        required: required.map(key),
        additionalProperties: false,
      },
      ...Object.fromEntries(PULUMI_KEYS.map((name) => [name, { description: "Written and read by the Pulumi CLI." }])),
    },
    required: ["config"],
    additionalProperties: false,
  };
}

/** The CLI turns a number at the top of `config` into text when it rewrites a file. */
function orAsText(schema: JsonSchema | boolean): JsonSchema | boolean {
  if (typeof schema === "boolean" || typeof schema.const !== "number") return schema;
  const { const: value, type: _type, ...rest } = schema;
  return { ...rest, enum: [value, String(value)] };
}
