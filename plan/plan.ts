import type { Environment } from "../stacks/environment-file.ts";
import { fleet } from "../stacks/fleet.ts";
import { record } from "./recorder/record.ts";
import { reportOn, type ReportOptions } from "./report-on.ts";
import type { PlanReport } from "./report/contract.ts";

/**
 * Everything there is to say about an environment before it exists: its resources, what they cost, which rules they
 * break. Needs no network, no credentials and no Pulumi CLI.
 *
 * @throws What the program throws, CatalogueError if the price files are wrong, ExemptionsError if the exemptions are.
 */
export async function planEnvironment(environment: Environment, options: ReportOptions): Promise<PlanReport> {
  const { spec, lock } = environment;
  const { rows } = await record(environment, async () => fleet(spec, lock));
  return reportOn(rows, environment, options);
}
