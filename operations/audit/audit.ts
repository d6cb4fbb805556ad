import { reportOn, type ReportOptions } from "../../plan/report-on.ts";
import type { PlanReport } from "../../plan/report/contract.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import { stateRows } from "./state-rows.ts";

export interface Audit {
  readonly report: PlanReport;
  /** Operations that were cut off; what they may have made was not judged. */
  readonly pending: number;
}

/**
 * Judges and prices what a stack consists of: what plan says of the program, said of a stack's state.
 *
 * @param state What `pulumi stack export` writes; encrypted secrets count as unknown.
 * @param source What problems call it.
 * @throws InputError for a state that can not be used.
 */
export function auditState(
  environment: Environment,
  { state, source }: { readonly state: string; readonly source: string },
  options: Omit<ReportOptions, "orderedOn">,
): Audit {
  const { rows, orderedOn, pending } = stateRows(state, source, environment.name);
  return { report: reportOn(rows, environment, { ...options, orderedOn }), pending };
}
