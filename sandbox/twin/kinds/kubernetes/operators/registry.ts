import type { Operator } from "./operator.ts";
import { vaultSecretsOperator } from "./vault-secrets-operator.ts";

/** The operators whose Helm releases a rehearsal can stand in for. */
export const OPERATORS: readonly Operator[] = [vaultSecretsOperator];
