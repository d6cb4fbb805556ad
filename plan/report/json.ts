import type { PlanReport } from "./contract.ts";

/** The reports as `plan --json` writes them: an array in the order asked for, one line. */
export function toJson(reports: readonly PlanReport[]): string {
  return `${JSON.stringify(reports)}\n`;
}
