import path from "node:path";
import { z } from "zod";
import { generateShapes } from "../../components/shapes/generate.ts";
import { drillReport } from "../../operations/drills/report.ts";
import { downReport } from "../../operations/down/report.ts";
import { enrolment, enrolmentReport } from "../../operations/enroll/report.ts";
import { meshPolicyReport } from "../../operations/mesh-policy/report.ts";
import { erasureReport } from "../../operations/erase/report.ts";
import { replaceReport } from "../../operations/nodes/replace/report.ts";
import { statusReport } from "../../operations/nodes/status/report.ts";
import { rehearsalReport } from "../../operations/rehearsal/report.ts";
import { restoreReport } from "../../operations/nodes/restore/report.ts";
import { upgradeReport } from "../../operations/nodes/upgrade/report.ts";
import { operationReport } from "../../operations/report.ts";
import { advice } from "../../plan/pricing/advise/contract.ts";
import { profile } from "../../plan/pricing/advise/profile.ts";
import { priceDiff } from "../../plan/pricing/diff/contract.ts";
import { generatePriceReference } from "../../plan/pricing/reference.ts";
import { generatePlanSchemas } from "../../plan/report/schema.ts";
import { generateRuleReference } from "../../policies/reference.ts";
import { type Environment, loadEnvironment } from "../../stacks/environment-file.ts";
import { environmentNames } from "../../stacks/environment-names.ts";
import { generateMeshReference } from "../../stacks/mesh-reference.ts";
import { generateNodeReference } from "../../stacks/node-reference.ts";
import { generateRetention } from "../../stacks/retention.ts";
import { generateJsonSchema } from "../../stacks/spec/json-schema.ts";
import { generateEnvironmentReference } from "../../stacks/spec/reference.ts";
import { generateRunbook } from "../../stacks/spec/runbook.ts";
import { generateWorkloadReference } from "../../stacks/spec/workload-reference.ts";
import { preflightReport } from "../../operations/preflight/check.ts";
import { doctorReport } from "../doctor/report.ts";
import { generateFrontEndContract } from "./front-end-contract.ts";

export interface GeneratedFile {
  /** Relative to the project's folder. */
  readonly path: string;
  readonly text: string;
}

/** Every file that is made from code or data, as it should be. */
export const generated = async (root: string): Promise<GeneratedFile[]> => [
  { path: "components/shapes/shapes.json", text: generateShapes(root) },
  ...generateJsonSchema(),
  ...generateEnvironmentReference(),
  ...generateWorkloadReference(),
  ...generateRunbook(),
  ...generatePlanSchemas(),
  jsonSchema("enroll", enrolment),
  jsonSchema("enrolment-report", enrolmentReport),
  jsonSchema("erase", erasureReport),
  jsonSchema("mesh-policy", meshPolicyReport),
  jsonSchema("operation", operationReport),
  jsonSchema("down", downReport),
  jsonSchema("upgrade", upgradeReport),
  jsonSchema("restore", restoreReport),
  jsonSchema("rehearsal", rehearsalReport),
  jsonSchema("replace", replaceReport),
  jsonSchema("status", statusReport),
  jsonSchema("drill", drillReport),
  jsonSchema("doctor", doctorReport),
  jsonSchema("preflight", preflightReport),
  jsonSchema("prices-diff", priceDiff),
  jsonSchema("advise", advice),
  jsonSchema("profile", profile),
  ...generateRuleReference(),
  ...generateRetention(await environments(root)),
  ...generateNodeReference(await environments(root)),
  ...generateMeshReference(await environments(root)),
  ...generatePriceReference(),
  await generateFrontEndContract(root),
];

const environments = (root: string): Promise<Environment[]> => {
  const folder = path.join(root, "stacks");
  const names = environmentNames(folder).toSorted();
  return Promise.all(names.map((name) => loadEnvironment(path.join(folder, `Pulumi.${name}.yaml`))));
};

const jsonSchema = (name: string, schema: z.ZodType): GeneratedFile => ({
  path: `docs/reference/${name}.schema.json`,
  text: `${JSON.stringify(z.toJSONSchema(schema, { target: "draft-2020-12" }), undefined, 2)}\n`,
});
