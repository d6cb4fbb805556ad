import type { Row } from "./row.ts";
import { asList, asObject, asText } from "./values.ts";

/** Families P and G of EC2. */
export const hasGpu = (type: string): boolean => /^(?:p|g|gr)\d/.test(type);

/** What a launch template, an instance or an Auto Scaling group asks for. */
export function instanceTypes({ inputs }: Row): readonly string[] {
  const template = asObject(asObject(inputs["mixedInstancesPolicy"])?.["launchTemplate"]);
  const overrides = asList(template?.["overrides"]).map((override) => asObject(override)?.["instanceType"]);
  return [inputs["instanceType"], ...overrides].flatMap((type) => asText(type) ?? []);
}
