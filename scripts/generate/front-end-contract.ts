import { readFile } from "node:fs/promises";
import path from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import { format } from "prettier";
import type { GeneratedFile } from "./all.ts";

const APP = "examples/web-app";

/** Types of what the reference application's API takes and answers, for its front end. */
export async function generateFrontEndContract(root: string): Promise<GeneratedFile> {
  const contract = JSON.parse(await readFile(path.join(root, APP, "openapi.json"), "utf8"));
  const types = astToString(await openapiTS(contract, { immutable: true }));
  const text = `// Made from openapi.json by \`npm run generate\`.\n\n${types}`;
  return {
    path: `${APP}/front-end/src/contract.ts`,
    text: await format(text, { parser: "typescript", printWidth: 120 }),
  };
}
