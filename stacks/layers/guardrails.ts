import { AwsBudget } from "../../components/guardrails/aws-budget.ts";
import { labelsOf } from "../../components/labels.ts";
import type { FleetProviders } from "../../components/providers.ts";
import type { EnvironmentSpec } from "../spec/environment.ts";

/** What holds the cost down without the fleet: AWS's own budget, where one was stated and there is something to bill. */
export function createGuardrails(spec: EnvironmentSpec, providers: FleetProviders): void {
  const { aws: limit, warnAt } = spec.budget;
  // One budget counts all regions of the account; any site's provider can create it.
  const [provider] = Object.values(providers.aws);
  if (limit === undefined || provider === undefined) return;
  const { name: environment, owner } = spec.environment;
  const labels = labelsOf({ environment, team: "platform", dataClass: "internal" });
  new AwsBudget("aws", { environment, owner, warnAt, labels, ...limit }, { providers: [provider] });
}
