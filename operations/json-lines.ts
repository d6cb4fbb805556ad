import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Adds one JSON object as a line to a file for its owner's eyes, which is made with its folder where it is missing. */
export function appendLine(file: string, entry: object): void {
  mkdirSync(path.dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
}

/** The objects of such a file, oldest first; none where there is no file. */
export const readLines = (file: string): readonly unknown[] =>
  existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line): unknown => JSON.parse(line))
    : [];
