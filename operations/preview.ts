import type { OperationOptions, OperationResult } from "../sandbox/session/engine.ts";
import type { Session } from "../sandbox/session/session.ts";

/** Shows what `up` would do to the rehearsed stack; changes nothing. */
export function preview(session: Session, options?: OperationOptions): Promise<OperationResult> {
  return session.run(["preview"], options);
}
