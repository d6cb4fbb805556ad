import type { OperationOptions, OperationResult } from "../sandbox/session/engine.ts";
import type { Session } from "../sandbox/session/session.ts";
import { targetArguments, type Targets } from "./layers/targets.ts";
import { recover } from "./recover.ts";
import type { RecoveryReport } from "./report.ts";

export interface UpResult extends OperationResult {
  /** Undefined where nothing had to be repaired first. */
  readonly recovery: RecoveryReport | undefined;
}

export interface UpOptions extends OperationOptions {
  /** @default everything */
  readonly targets?: Targets | undefined;
}

/** Brings the rehearsed stack to what the program says, after repairing what a cut-off run has left. */
export async function up(session: Session, { targets, ...options }: UpOptions = {}): Promise<UpResult> {
  const recovery = await recover(session);
  const refresh = recovery === undefined ? [] : ["--refresh"];
  const only = targets === undefined ? [] : targetArguments(targets(session.state().resources ?? []));
  const result = await session.run(["up", "--yes", "--skip-preview", ...refresh, ...only], options);
  return { ...result, recovery };
}
