import { z } from "zod";
import { comparisons } from "../against/contract.ts";
import { planReports } from "./contract.ts";

/** The JSON Schemas of `plan --json`, without and with `--against`, as files below the project's folder. */
export const generatePlanSchemas = (): { readonly path: string; readonly text: string }[] => [
  schemaFile("plan", planReports),
  schemaFile("plan-against", comparisons),
];

function schemaFile(name: string, contract: z.ZodType): { readonly path: string; readonly text: string } {
  const schema = z.toJSONSchema(contract, { target: "draft-2020-12" });
  return { path: `docs/reference/${name}.schema.json`, text: `${JSON.stringify(schema, undefined, 2)}\n` };
}
