import type { PlannedWorkload } from "../../workloads/plan.ts";

/**
 * Service account of the pods that the fleet itself makes for a workload, and with which its secrets are fetched; it has no
 * token. An operator gives its own pods another one: under the workload's name, with a token for the API server.
 */
export const accountOf = ({ name, workload }: Pick<PlannedWorkload, "name" | "workload">): string =>
  workload.form === "operated" ? `${name}-fleet` : name;
