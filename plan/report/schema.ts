import { z } from "zod";
import { planReports } from "./contract.ts";

/** The JSON Schema of `plan --json`, as a file below the project's folder. */
export function generatePlanSchema(): readonly { readonly path: string; readonly text: string }[] {
  const schema = z.toJSONSchema(planReports, { target: "draft-2020-12" });
  return [{ path: "docs/reference/plan.schema.json", text: `${JSON.stringify(schema, undefined, 2)}\n` }];
}
