import type { Session } from "../sandbox/session/session.ts";
import { removeObject } from "../sandbox/twin/remove-object.ts";
import { readWorld } from "../sandbox/twin/world/reader.ts";
import { reconcile, type OwnedObject } from "./reconcile.ts";
import type { RecoveryReport } from "./report.ts";

/** Whether a run on this stack was cut off: a dead engine's lock, an unfinished operation, or an unrecorded object. */
export function needsRecovery(session: Session): boolean {
  const state = session.state();
  return (
    session.locks().length > 0 ||
    (state.pending_operations ?? []).length > 0 ||
    reconcile(state, readWorld(session.layout.folder)).orphans.length > 0
  );
}

/**
 * Repairs the stack after a run that was cut off; does nothing, and returns undefined, where none was. An `up` with
 * `--refresh` must follow, which reads what unfinished updates and deletes have come to.
 *
 * `refresh --import-pending-creates` is no substitute: it loses objects whose create was under way twice.
 */
export async function recover(session: Session): Promise<RecoveryReport | undefined> {
  if (!needsRecovery(session)) return undefined;
  const { environment, layout } = session;
  const locks = session.locks();
  // Opening the session has made sure that none of their owners lives.
  if (locks.length > 0) await session.command(["cancel", "--yes", "--stack", environment]);

  const stack = await session.export();
  const { deployment, adopted, orphans, dropped } = reconcile(stack.deployment, readWorld(layout.folder));
  if (adopted.length > 0 || dropped.length > 0) await session.import({ ...stack, deployment });
  for (const { id } of orphans) await removeObject(layout.folder, id);
  return {
    locks: locks.length,
    adopted: adopted.map(named),
    removed: orphans.map(named),
    dropped: dropped.map(({ resource, type }) => ({ urn: resource.urn, operation: type })),
  };
}

const named = ({ urn, id }: OwnedObject): { urn: string; id: string } => ({ urn, id });

/** One line of what recovery did, for people. */
export function describeRecovery(recovery: RecoveryReport): string {
  const parts = [
    [recovery.locks, "stale lock removed", "stale locks removed"],
    [recovery.adopted.length, "object adopted", "objects adopted"],
    [recovery.removed.length, "orphan deleted", "orphans deleted"],
    [recovery.dropped.length, "unfinished operation dropped", "unfinished operations dropped"],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, one, many]) => `${count} ${count === 1 ? one : many}`)
    .join(", ");
}
