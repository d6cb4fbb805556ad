import { expect, test } from "vitest";
import { parseHujson } from "./hujson.ts";

test("comments and commas at the end are no part of the value, unless they stand in text", () => {
  expect(
    parseHujson(`// why
{
  /* one, */ "a": ["x", "// no comment, ]",], // two
  "b": "a \\" /* kept */", // three
  /* four */
}`),
  ).toEqual({ a: ["x", "// no comment, ]"], b: 'a " /* kept */' });
});

test("what is not JSON apart from them is refused", () => {
  expect(() => parseHujson("{ a: 1 }")).toThrow(SyntaxError);
  expect(() => parseHujson('{ "a": 1,, }')).toThrow(SyntaxError);
});
