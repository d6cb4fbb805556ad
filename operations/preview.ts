import type { OperationOptions, OperationResult } from "../sandbox/session/engine.ts";
import type { Session } from "../sandbox/session/session.ts";

/** Shows what `up` would do to the rehearsed stack; changes nothing. @param drift Reads what really exists first. */
export function preview(
  session: Session,
  { drift = false, ...options }: OperationOptions & { readonly drift?: boolean } = {},
): Promise<OperationResult> {
  return session.run(drift ? ["preview", "--refresh"] : ["preview"], options);
}

/** How many resources would change, or have been changed by somebody else. */
export const driftOf = (changes: Readonly<Record<string, number>>): number =>
  Object.entries(changes).reduce((total, [operation, count]) => (operation === "same" ? total : total + count), 0);
