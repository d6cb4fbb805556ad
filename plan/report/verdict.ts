import { count } from "../../stacks/words.ts";
import type { PlanReport, PlanSummary } from "./contract.ts";

/** Exit codes of the verbs that judge. */
export const VERDICT_EXIT: Readonly<Record<PlanSummary["verdict"], number>> = { pass: 0, findings: 1, undecided: 2 };

/** The verdict in words, such as `no rule broken, 1 exempted`. */
export function verdictText({ summary, exempted }: Pick<PlanReport, "summary" | "exempted">): string {
  const { mandatory, advisory, undecided, verdict } = summary;
  const text = {
    pass: "no rule broken",
    findings: `${count(mandatory, "finding")} to resolve before \`up\``,
    undecided: `${undecided} of ${count(mandatory, "finding")} could not be decided`,
  }[verdict];
  const warned = advisory > 0 ? `, ${count(advisory, "warning")}` : "";
  return `${text}${warned}${exempted.length > 0 ? `, ${exempted.length} exempted` : ""}`;
}
