import { readFile } from "node:fs/promises";
import type { Problem } from "./problems.ts";
import { oneOf } from "./words.ts";
import { readYaml, type YamlDocument, type YamlOptions } from "./yaml-document.ts";

/**
 * Reads the first of several files that exists. Never throws: what can not be read is a problem of the first candidate.
 *
 * @param expected What the file should be, and how to get it.
 */
export async function readDocument(
  candidates: readonly string[],
  expected: { readonly what: string; readonly fix: string } & YamlOptions,
): Promise<{ file: string; document: YamlDocument }> {
  for (const file of candidates) {
    const content = await contentOf(file);
    if ("text" in content) return { file, document: readYaml(file, content.text, expected) };
    if (content.failure === "ENOENT" || content.failure === "ENOTDIR") continue;
    const got = content.failure === "EISDIR" ? "a folder" : `a file that can not be read (${content.failure})`;
    return unreadable(file, { got, expected: expected.what });
  }
  const [file = "", ...others] = candidates;
  return unreadable(file, {
    got: "no such file",
    expected: others.length === 0 ? expected.what : `${expected.what}, here or at ${oneOf(others)}`,
    fix: expected.fix,
  });
}

/** The text of a file, or the code of what the system has against reading it. */
async function contentOf(file: string): Promise<{ text: string } | { failure: string }> {
  try {
    return { text: await readFile(file, "utf8") };
  } catch (error) {
    if (error instanceof Error && "code" in error && typeof error.code === "string") return { failure: error.code };
    throw error;
  }
}

function unreadable(file: string, words: Omit<Problem, "file" | "path">): { file: string; document: YamlDocument } {
  const problem = { file, path: "", ...words };
  return { file, document: { value: {}, problems: [problem], place: () => problem } };
}
