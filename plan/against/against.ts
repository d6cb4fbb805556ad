import type { PlanReport } from "../report/contract.ts";
import { compare } from "./compare.ts";
import type { Comparisons } from "./contract.ts";
import { planAt } from "./plan-at.ts";

export interface AgainstOptions {
  /** The project's folder. */
  readonly root: string;
  /** A commit, branch or tag, as Git knows it. */
  readonly ref: string;
  /** Environments to compare; all that either side has if left out. */
  readonly names?: readonly string[] | undefined;
}

/**
 * Compares plans of the working tree with what another commit plans by its own program, rules and prices.
 *
 * @throws AgainstError if the commit is unknown or can not be planned.
 */
export async function planAgainst(reports: readonly PlanReport[], options: AgainstOptions): Promise<Comparisons> {
  const { root, ref, names } = options;
  const { commit, plans, notes } = await planAt(root, ref, names);
  const before = new Map(plans.map((plan) => [plan.environment, plan]));
  const after = new Map(reports.map((report) => [report.environment, report]));
  const all = [...new Set([...after.keys(), ...before.keys()])];
  const environments = all.map((name) => compare(before.get(name), after.get(name)));
  return { ref, commit, notes: [...notes], environments };
}
