import { globSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { loadEnvironment } from "./environment-file.ts";
import { SpecError } from "./problems.ts";

const MALFORMED = path.join(import.meta.dirname, "testdata/malformed");
const malformed = globSync("*.yaml", { cwd: MALFORMED }).filter((file) => !file.endsWith(".lock.yaml"));

/** The report of an environment file that can not be used. */
async function reportOf(file: string): Promise<string> {
  const error: unknown = await loadEnvironment(path.relative(process.cwd(), file)).catch((reason: unknown) => reason);
  if (!(error instanceof SpecError)) throw new Error(`${file} was accepted, or failed in another way`, { cause: error });
  return `${error.message}\n`;
}

describe("a malformed file is refused with a report of all that is wrong with it", () => {
  test.each(malformed.sort())("%s", async (file) => {
    await expect(await reportOf(path.join(MALFORMED, file))).toMatchFileSnapshot(
      path.join(MALFORMED, `${path.basename(file, ".yaml")}.txt`),
    );
  });
});
