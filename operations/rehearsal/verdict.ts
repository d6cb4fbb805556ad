import { EXIT } from "../errors.ts";
import type { RehearsalReport } from "./report.ts";

export type Verdict = RehearsalReport["verdict"];

interface Evidence extends Pick<RehearsalReport, "objects" | "problems" | "pods" | "flows"> {
  /** Whether the engine came to its end, and every pod to a verdict. */
  readonly complete: boolean;
  /** Whether the environment has network policies to judge. @default true */
  readonly hasPolicies?: boolean;
}

/** The worst of what was found, as far as the rehearsal got. */
export function verdictOf({ objects, problems, pods, flows, complete, hasPolicies = true }: Evidence): Verdict {
  if (objects.some(({ state }) => state === "refused") || problems.some(({ urn }) => urn !== "")) return "refused";
  if (!complete) return "undecided";
  const stuck = pods.filter(({ reason }) => reason !== "");
  const unusable = objects.some(({ state, reason }) => state === "accepted" && reason !== "");
  if (stuck.length > 0 || unusable) return "does-not-fit";
  if (objects.some(({ state, reason }) => state !== "accepted" || reason !== "")) return "undecided";
  if (flows === null) return hasPolicies ? "undecided" : "fits";
  return flows.differences.length > 0 ? "flows-differ" : "fits";
}

export const EXIT_CODES: Readonly<Record<Verdict, number>> = {
  fits: EXIT.ok,
  "flows-differ": EXIT.failed,
  "does-not-fit": EXIT.failed,
  refused: EXIT.failed,
  undecided: EXIT.refused,
};
