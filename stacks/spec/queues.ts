import type { z } from "zod";
import type { Room } from "../../components/cluster/queues.ts";
import type { EnvironmentLock } from "./lock.ts";
import { machineOf, reservedMiB } from "./machines.ts";
import { type Pool, workingSizeOf } from "./pools.ts";
import type { teams } from "./teams.ts";

export { QUEUE_NAME, queuedRun } from "../../components/cluster/queues.ts";
export { DISRUPTION_IS_NO_FAILURE } from "../../components/runtime/kubernetes/disruption.ts";

/** Pools with queues: those of which a team has reserved a share. */
export const queuedPools = (all: z.infer<typeof teams>): ReadonlySet<string> =>
  new Set(Object.values(all).flatMap(({ shares }) => Object.keys(shares)));

/** What all working nodes of a pool have for pods, at their most; undefined if the lock does not know its machines. */
export function roomOf(name: string, pool: Pool, lock: EnvironmentLock): Room | undefined {
  const machine = machineOf(name, pool, lock);
  if (machine === undefined) return undefined;
  const size = workingSizeOf(pool);
  return {
    cpu: machine.cpu * size,
    memoryMiB: (machine.memoryMiB - reservedMiB(pool)) * size,
    gpus: machine.gpus * size,
  };
}
