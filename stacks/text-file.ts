import { readFile } from "node:fs/promises";
import type { Problem } from "./problems.ts";
import { oneOf } from "./words.ts";
import { readYaml, type YamlDocument } from "./yaml-document.ts";

/**
 * Reads the first of several files that exists. Never throws: what can not be read is a problem of the first candidate.
 *
 * @param expected What the file should be, and how to get it.
 */
export async function readDocument(
  candidates: readonly string[],
  expected: { readonly what: string; readonly fix: string },
): Promise<{ file: string; document: YamlDocument }> {
  for (const file of candidates) {
    try {
      return { file, document: readYaml(file, await readFile(file, "utf8")) };
    } catch (error) {
      const code = codeOf(error);
      if (code === "ENOENT" || code === "ENOTDIR") continue;
      return missing(file, { got: code === "EISDIR" ? "a folder" : `a file that can not be read (${code})`, expected: expected.what });
    }
  }
  const [file = "", ...others] = candidates;
  return missing(file, { got: "no such file", expected: others.length === 0 ? expected.what : `${expected.what}, here or at ${oneOf(others)}`, fix: expected.fix });
}

function missing(file: string, words: Omit<Problem, "file" | "path">): { file: string; document: YamlDocument } {
  const problem = { file, path: "", ...words };
  return { file, document: { value: {}, problems: [problem], place: () => problem } };
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : String(error);
