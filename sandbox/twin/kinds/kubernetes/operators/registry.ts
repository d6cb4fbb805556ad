import { textAt } from "../../../protocol/paths.ts";
import type { Properties } from "../../../protocol/values.ts";
import { barmanCloud } from "./barman-cloud.ts";
import { certManager } from "./cert-manager.ts";
import { cloudnativePg } from "./cloudnative-pg.ts";
import { keda } from "./keda.ts";
import { kuberay } from "./kuberay.ts";
import { kueue } from "./kueue.ts";
import type { Operator } from "./operator.ts";
import { vaultSecretsOperator } from "./vault-secrets-operator.ts";

/** What operators make of an object and takes room; nothing for what no operator looks after. */
export function madeOf(object: Properties): Properties[] {
  const kind = `${textAt(object, "apiVersion") ?? ""}/${textAt(object, "kind") ?? ""}`;
  return OPERATORS.flatMap(({ makes = {} }) => makes[kind]?.(object) ?? []);
}

/** The operators whose Helm releases a rehearsal can stand in for. */
export const OPERATORS: readonly Operator[] = [
  barmanCloud,
  certManager,
  cloudnativePg,
  keda,
  kuberay,
  kueue,
  vaultSecretsOperator,
];
