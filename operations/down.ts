import { rmSync } from "node:fs";
import type { OperationOptions, OperationResult } from "../sandbox/session/engine.ts";
import type { Session } from "../sandbox/session/session.ts";
import { recover } from "./recover.ts";
import type { RecoveryReport } from "./report.ts";

export interface DownResult extends OperationResult {
  readonly recovery: RecoveryReport | undefined;
}

/** Destroys all that the rehearsed stack has made, protected or not, and then the world it was made in. */
export async function down(session: Session, options?: OperationOptions): Promise<DownResult> {
  const recovery = await recover(session);
  const isProtected = session.state().resources?.some((resource) => resource.protect === true) ?? false;
  if (isProtected) await session.command(["state", "unprotect", "--all", "--yes", "--stack", session.environment]);
  const refresh = recovery === undefined ? [] : ["--refresh"];
  const result = await session.run(["destroy", "--yes", "--skip-preview", ...refresh], options);
  if (result.exitCode === 0) rmSync(session.layout.world, { recursive: true, force: true });
  return { ...result, recovery };
}
