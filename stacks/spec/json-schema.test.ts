import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { generateJsonSchema } from "./json-schema.ts";
import { generateEnvironmentReference } from "./reference.ts";
import { alternatives, describeSchema, schemaAt } from "./schema-words.ts";

const ROOT = path.join(import.meta.dirname, "../..");

test.each([...generateJsonSchema(), ...generateEnvironmentReference()])(
  "$path is what `npm run generate` writes",
  ({ path: file, text }) => {
    expect(readFileSync(path.join(ROOT, file), "utf8")).toBe(text);
  },
);

describe("an editor", () => {
  const schemas = generateJsonSchema().map(({ text }) => z.fromJSONSchema(JSON.parse(text)));
  const fits = (index: number, file: string): boolean | undefined =>
    schemas[index]?.safeParse(parse(readFileSync(path.join(ROOT, "stacks", file), "utf8"))).success;

  test("accepts sound files", () => {
    expect([fits(0, "Pulumi.sandbox.yaml"), fits(0, "testdata/trial.yaml"), fits(1, "sandbox.lock.yaml")]).toEqual([
      true,
      true,
      true,
    ]);
  });

  test.each(["unit-in-the-key", "unknown-section", "unknown-pulumi-key", "wrong-kind", "number-out-of-range"])(
    "marks %s",
    (name) => {
      expect(fits(0, `testdata/malformed/${name}.yaml`)).toBe(false);
    },
  );
});

test.each(["Pulumi.sandbox.yaml", "sandbox.lock.yaml"])("%s names the schema that editors check it against", (file) => {
  const [first = ""] = readFileSync(path.join(ROOT, "stacks", file), "utf8").split("\n");
  const schema = /^# yaml-language-server: \$schema=(.+)$/.exec(first)?.[1] ?? "none";
  expect(existsSync(path.join(ROOT, "stacks", schema))).toBe(true);
});

describe("what a schema expects, in words", () => {
  test.each([
    [{ type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER }, "a whole number of at least 1"],
    [{ type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }, "a whole number"],
    [{ type: "number", exclusiveMinimum: 0, maximum: 1 }, "a number above 0, at most 1"],
    [{ type: "number", minimum: 0, maximum: 5 }, "a number from 0 to 5"],
    [{ type: "number", maximum: 5 }, "a number of at most 5"],
    [{ type: "boolean" }, "true or false"],
    [{ type: "string" }, "text"],
    [{ type: "string", pattern: "^a", errorMessage: "a word in a" }, "a word in a"],
    [{ type: "string", enum: ["a", "b"] }, "a or b"],
    [{ const: 1 }, "1"],
    [{ type: "array" }, "a list"],
    [{ type: "array", minItems: 2 }, "a list of at least 2 items"],
    [{ type: "object" }, "a mapping"],
    [{ type: "object", required: ["a", "b"] }, "a mapping with a and b"],
  ] as const)("%j", (schema, expected) => {
    expect(describeSchema(schema as Parameters<typeof describeSchema>[0])).toBe(expected);
  });
});

test("a union is told apart by its key, and the value chooses", () => {
  const option = (kind: string, key: string) =>
    ({ type: "object", properties: { kind: { const: kind }, [key]: { type: "string" } } }) as const;
  const union = { oneOf: [option("a", "first"), option("b", "second")] };
  expect(alternatives(union)?.key).toBe("kind");
  expect(describeSchema(union)).toBe("a mapping whose kind is a or b");
  expect(Object.keys(schemaAt({ additionalProperties: union }, ["x"], { x: { kind: "b" } })?.properties ?? {})).toEqual(
    ["kind", "second"],
  );
  expect(schemaAt({ additionalProperties: union }, ["x", "first"], { x: { kind: "b" } })).toBeUndefined();
});
