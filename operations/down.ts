import { rmSync } from "node:fs";
import type { OperationOptions, OperationResult } from "../sandbox/session/engine.ts";
import type { Session } from "../sandbox/session/session.ts";
import { readWorld } from "../sandbox/twin/world/reader.ts";
import { isSwept, sweep, type SweepReport } from "./down/sweep.ts";
import { twinInventories } from "./down/twin.ts";
import { EXIT } from "./errors.ts";
import { recover } from "./recover.ts";
import type { RecoveryReport } from "./report.ts";

export interface DownResult extends OperationResult {
  readonly recovery: RecoveryReport | undefined;
  /** Undefined where the engine did not come to its end, so that nothing was swept. */
  readonly sweep: SweepReport | undefined;
}

/**
 * Destroys all that the rehearsed stack has made, protected or not, sweeps what controllers have left of it in the
 * simulated clouds, and then removes the world it was made in, unless it holds what is not the environment's.
 */
export async function down(session: Session, options?: OperationOptions): Promise<DownResult> {
  const { environment, layout } = session;
  const recovery = await recover(session);
  const isProtected = session.state().resources?.some((resource) => resource.protect === true) ?? false;
  if (isProtected) await session.command(["state", "unprotect", "--all", "--yes", "--stack", environment]);
  const refresh = recovery === undefined ? [] : ["--refresh"];
  const result = await session.run(["destroy", "--yes", "--skip-preview", ...refresh], options);
  if (result.exitCode !== 0) return { ...result, recovery, sweep: undefined };
  const signal = options?.interrupt?.finish;
  const swept = await sweep(twinInventories(layout.folder), { environment, signal });
  if (readWorld(layout.folder).length === 0) rmSync(layout.world, { recursive: true, force: true });
  return { ...result, exitCode: isSwept(swept) ? EXIT.ok : EXIT.failed, recovery, sweep: swept };
}
