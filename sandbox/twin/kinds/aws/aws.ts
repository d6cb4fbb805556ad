import type { Kind, Package } from "../../kind.ts";
import { installedVersion } from "../version.ts";
import { budgets } from "./budgets.ts";
import { compute } from "./compute.ts";
import { identity } from "./identity.ts";
import { network } from "./network.ts";

/**
 * AWS, as far as burst pools need it. What replaces follows the force-new fields of the provider `hashicorp/aws` that
 * Pulumi bridges; errors carry the codes of the EC2, Auto Scaling and IAM API references.
 */
export const aws: Package = {
  name: "aws",
  version: installedVersion("aws"),
  replaceProviderOn: () => ["region"],
  // `propagationTimeout` of the provider's IAM and EC2 services.
  consistency: { retryMs: 120_000 },
  words: {
    missing: ({ to }, value) => `Invalid${noun(to)}ID.NotFound: The ${noun(to)} ID '${value}' does not exist`,
    inUse: ({ type, id }, by) =>
      type.startsWith("aws:iam/")
        ? `DeleteConflict: Cannot delete entity, must remove ${noun(by.type)} ${by.id} first.`
        : `DependencyViolation: The ${noun(type)} '${id}' has dependencies (${by.id}) and cannot be deleted.`,
    rateLimited: "RequestLimitExceeded: Request limit exceeded.",
  },
  kinds: { ...regional(network), ...regional(compute), ...identity, ...budgets },
};

/** All but IAM and budgets lives in a region, the provider's unless it names one, and can not move. */
function regional(kinds: Readonly<Record<string, Kind>>): Record<string, Kind> {
  return Object.fromEntries(
    Object.entries(kinds).map(([type, kind]) => [
      type,
      { ...kind, inherits: ["region"], replaceOn: [...kind.replaceOn, "region"] },
    ]),
  );
}

function noun(type: string): string {
  return type.split(":").at(-1) ?? type;
}
