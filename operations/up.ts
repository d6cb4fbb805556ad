import type { OperationOptions, OperationResult } from "../sandbox/session/engine.ts";
import type { Session } from "../sandbox/session/session.ts";
import { recover } from "./recover.ts";
import type { RecoveryReport } from "./report.ts";

export interface UpResult extends OperationResult {
  /** Undefined where nothing had to be repaired first. */
  readonly recovery: RecoveryReport | undefined;
}

/** Brings the rehearsed stack to what the program says, after repairing what a cut-off run has left. */
export async function up(session: Session, options?: OperationOptions): Promise<UpResult> {
  const recovery = await recover(session);
  const refresh = recovery === undefined ? [] : ["--refresh"];
  const result = await session.run(["up", "--yes", "--skip-preview", ...refresh], options);
  return { ...result, recovery };
}
