import type { Value } from "../row.ts";

/** A string, which is kept; or a comment, or a comma before a closing bracket, which JSON does not have. */
const TOKENS = /"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*[}\]])/g;

/**
 * Reads JSON for people (https://nigeltao.github.io/blog/2021/json-with-commas-comments.html), in which policy files of
 * tailnets are written.
 *
 * @throws SyntaxError with the words of `JSON.parse`
 */
export function parseHujson(text: string): Value {
  const value: Value = JSON.parse(text.replace(TOKENS, (token) => (token.startsWith('"') ? token : "")));
  return value;
}
