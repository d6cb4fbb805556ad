import type { PlanReport } from "../../plan/report/contract.ts";
import type { OperationResult } from "../../sandbox/session/engine.ts";

/** Findings of a plan or an audit as the engine tells them: level, rule, resource, place and words. */
export const told = ({ findings }: Pick<PlanReport, "findings">): readonly string[] =>
  findings
    .map(({ level, rule, urn, path, message }) => {
      const place = path === "" ? "" : `${path}: `;
      return `${level} ${rule.replaceAll("/", "-")} ${urn} ${place}${message}`;
    })
    .toSorted();

export interface Violations {
  readonly decided: readonly string[];
  /**
   * The engine's preview knows nothing of a server's user data before its mesh key is minted, where plan puts a
   * stand-in into the key's place. `up` looks into it before it creates the server.
   */
  readonly undecided: readonly string[];
}

/** What the policy pack said in an operation, in the form of {@link told}. */
export function violationsOf({ policyViolations }: OperationResult): Violations {
  const all = policyViolations
    .map(({ level, policy, urn, message }) => `${level} ${policy} ${urn} ${message.split("\nFix: ")[0] ?? ""}`)
    .toSorted();
  const isUndecided = (text: string): boolean => text.startsWith("advisory security-no-secret-in-user-data ");
  return { decided: all.filter((text) => !isUndecided(text)), undecided: all.filter(isUndecided) };
}
