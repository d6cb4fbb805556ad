import type { Handle } from "../../workloads/contract.ts";
import type { PlannedWorkload } from "../../workloads/plan.ts";

/** Namespace of the cluster's operators. */
export const OPERATOR_NAMESPACE = "splitfleet-system";

/** The operator that scales by queues and metrics. */
export const SCALER = "keda";

/** What charts call the pods that look after objects, where it is not the operator's name. */
const POD_NAMES: Readonly<Record<string, string>> = { [SCALER]: "keda-operator" };

/** Labels of an operator's pods. */
export const operatorLabels = (operator: string): Record<string, string> => ({
  "app.kubernetes.io/name": POD_NAMES[operator] ?? operator,
});

/** Ports that are asked for the number of a workload's pods. */
export function scaledFrom({ workload: { replicas } }: Pick<PlannedWorkload, "workload">): readonly Handle[] {
  return typeof replicas === "object" && replicas.by.kind !== "cpu" ? [replicas.by.server] : [];
}
