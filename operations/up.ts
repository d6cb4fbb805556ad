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
  /** Reads what really exists first, as is always done after a repair. @default false */
  readonly refresh?: boolean;
}

/** Brings the rehearsed stack to what the program says, after repairing what a cut-off run has left. */
export async function up(
  session: Session,
  { targets, refresh = false, ...options }: UpOptions = {},
): Promise<UpResult> {
  const recovery = await recover(session);
  const stale = refresh || recovery !== undefined;
  const run = (...args: readonly string[]) => session.run(["up", "--yes", "--skip-preview", ...args], options);
  if (targets === undefined) return { ...(await run(...(stale ? ["--refresh"] : []))), recovery };

  const wanted = targets(session.state().resources ?? []);
  const refreshed = stale ? await refreshKnown(session, wanted, options) : undefined;
  if (refreshed !== undefined && refreshed.exitCode !== 0) return { ...refreshed, recovery };
  return { ...(await run(...targetArguments(wanted))), recovery };
}

/**
 * Reads what really exists of some resources, as far as the state has them; `up --refresh` refuses targets that are still
 * to be created. Undefined where it has none.
 */
export async function refreshKnown(
  session: Session,
  urns: readonly string[],
  options: OperationOptions,
): Promise<OperationResult | undefined> {
  const known = (session.state().resources ?? []).map(({ urn }) => urn).filter((urn) => urns.includes(urn));
  if (known.length === 0) return undefined;
  return session.run(["refresh", "--yes", "--skip-preview", ...targetArguments([...new Set(known)])], options);
}
