import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { generated } from "../scripts/generate/all.ts";

const root = path.join(import.meta.dirname, "..");

test.each(await generated(root))("$path is what `npm run generate` writes", async ({ path: file, text }) => {
  expect(await readFile(path.join(root, file), "utf8")).toBe(text);
});
