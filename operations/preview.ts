import type { OperationOptions, OperationResult } from "../sandbox/session/engine.ts";
import type { Session } from "../sandbox/session/session.ts";
import { targetArguments, type Targets } from "./layers/targets.ts";

export interface PreviewOptions extends OperationOptions {
  /** Reads what really exists first. @default false */
  readonly drift?: boolean;
  /** @default everything */
  readonly targets?: Targets | undefined;
}

/** Shows what `up` would do to the rehearsed stack; changes nothing. */
export function preview(
  session: Session,
  { drift = false, targets, ...options }: PreviewOptions = {},
): Promise<OperationResult> {
  const only = targets === undefined ? [] : targetArguments(targets(session.state().resources ?? []));
  return session.run(["preview", ...(drift ? ["--refresh"] : []), ...only], options);
}

/** How many resources would change, or have been changed by somebody else. */
export const driftOf = (changes: Readonly<Record<string, number>>): number =>
  Object.entries(changes).reduce((total, [operation, count]) => (operation === "same" ? total : total + count), 0);
