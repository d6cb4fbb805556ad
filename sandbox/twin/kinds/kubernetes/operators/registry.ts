import { cloudnativePg } from "./cloudnative-pg.ts";
import { keda } from "./keda.ts";
import { kuberay } from "./kuberay.ts";
import { kueue } from "./kueue.ts";
import type { Operator } from "./operator.ts";
import { vaultSecretsOperator } from "./vault-secrets-operator.ts";

/** The operators whose Helm releases a rehearsal can stand in for. */
export const OPERATORS: readonly Operator[] = [cloudnativePg, keda, kuberay, kueue, vaultSecretsOperator];
