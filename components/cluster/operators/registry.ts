import { barmanCloud } from "./barman-cloud.ts";
import { certManager } from "./cert-manager.ts";
import { cloudnativePg } from "./cloudnative-pg.ts";
import type { OperatorDefinition } from "./definition.ts";
import { keda } from "./keda.ts";
import { kuberay } from "./kuberay.ts";
import { kueue } from "./kueue.ts";
import { vaultSecretsOperator } from "./vault-secrets-operator.ts";

/** Every operator that an environment may have, each after those that it needs. */
export const OPERATORS: readonly OperatorDefinition[] = [
  certManager,
  cloudnativePg,
  barmanCloud,
  keda,
  kuberay,
  kueue,
  vaultSecretsOperator,
];

/** What of a workload tells which operators it needs. */
export interface OperatedWorkload {
  /** Who makes its pods, where an operator does. */
  readonly operator?: string;
  /** Objects that operators look after. */
  readonly resources?: readonly { readonly apiVersion: string }[];
  /** By what the number of its pods follows, where one does. */
  readonly replicas?: number | { readonly by: { readonly kind: string } };
}

/**
 * The operators that have objects of a workload to look after, and those that they need.
 *
 * @throws Error for a workload whose operator is none of {@link OPERATORS}
 */
export function operatorsOf({ operator, resources = [], replicas }: OperatedWorkload): readonly OperatorDefinition[] {
  // What Kubernetes can scale by itself needs no operator.
  const scaled = typeof replicas === "object" && replicas.by.kind !== "cpu";
  const groups = new Set(resources.map(({ apiVersion }) => apiVersion.split("/")[0]));
  return withNeeds([
    ...(operator === undefined ? [] : [operatorNamed(operator)]),
    ...OPERATORS.filter(({ apiGroup }) => apiGroup !== undefined && groups.has(apiGroup)),
    ...(scaled ? [keda] : []),
  ]);
}

const withNeeds = (operators: readonly OperatorDefinition[]): readonly OperatorDefinition[] => [
  ...new Set(operators.flatMap((operator) => [...withNeeds(operator.needs ?? []), operator])),
];

function operatorNamed(name: string): OperatorDefinition {
  const operator = OPERATORS.find((each) => each.name === name);
  if (operator !== undefined) return operator;
  const known = OPERATORS.map((each) => each.name).join(", ");
  throw new Error(`operator ${name} is not known (known: ${known}); define it in components/cluster/operators/`);
}

/** The operators that something in an environment needs, the one for secrets always. @throws Error as {@link operatorsOf} */
export function operatorsFor(
  workloads: readonly OperatedWorkload[],
  { queues }: { readonly queues: boolean },
): readonly OperatorDefinition[] {
  const wanted = new Set([vaultSecretsOperator, ...workloads.flatMap(operatorsOf), ...(queues ? [kueue] : [])]);
  return OPERATORS.filter((operator) => wanted.has(operator));
}
