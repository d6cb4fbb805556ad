import type { PlannedWorkload } from "../../workloads/plan.ts";

/** Labels that select the pods which the fleet makes for a workload, or for a run beside it, and nothing else. */
export const selectorOf = (name: string): Record<string, string> => ({ "app.kubernetes.io/name": name });

/** Labels of every pod of a workload, whoever makes it. */
export function membersOf({ name, workload }: Pick<PlannedWorkload, "name" | "workload">): Record<string, string> {
  return workload.form === "operated" ? { ...(workload.memberLabels ?? workload.podLabels) } : selectorOf(name);
}

/** Labels of those pods of a workload that serve its ports. */
export function serversOf({ name, workload }: Pick<PlannedWorkload, "name" | "workload">): Record<string, string> {
  return workload.form === "operated" ? { ...workload.podLabels } : selectorOf(name);
}
