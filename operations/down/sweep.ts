import type { z } from "zod";
import { Unasked, OWNER_LABEL, type Found, type Inventory } from "./found.ts";
import type { left, sweepReport } from "./report.ts";

export type SweepReport = z.infer<typeof sweepReport>;
type Left = z.infer<typeof left>;

export interface SweepOptions {
  /** Name of the environment whose things go. */
  readonly environment: string;
  /** Whether the engine takes it away by itself, so that it is no business of the sweep. @default none */
  readonly isManaged?: (found: Found) => boolean;
  /** Only looks. @default false */
  readonly dryRun?: boolean;
  /** Aborted when a person stops the run; what is under way is finished. */
  readonly signal?: AbortSignal | undefined;
  readonly onRemoved?: (found: Found) => void;
}

/**
 * Removes what an environment has left at its providers: everything that states this environment and nothing else. What
 * holds another thing goes after it: as long as a round removes something, those that were refused are tried again.
 */
export async function sweep(inventories: readonly Inventory[], options: SweepOptions): Promise<SweepReport> {
  const reports = await Promise.all(inventories.map((inventory) => sweepOne(inventory, options)));
  return {
    removed: reports.flatMap(({ removed }) => removed),
    left: reports.flatMap((report) => report.left),
    unasked: reports.flatMap(({ unasked }) => unasked),
  };
}

/** Whether everything of the environment is known to be gone. */
export const isSwept = ({ left, unasked }: SweepReport): boolean =>
  unasked.length === 0 && left.every(({ own }) => !own);

async function sweepOne(inventory: Inventory, options: SweepOptions): Promise<SweepReport> {
  const { environment, isManaged = () => false, dryRun = false, signal, onRemoved } = options;
  let all: readonly Found[];
  try {
    all = (await inventory.list()).filter((found) => !isManaged(found));
  } catch (error) {
    if (!(error instanceof Unasked)) throw error;
    return { removed: [], left: [], unasked: [{ provider: inventory.provider, why: error.message }] };
  }
  const strange = all.flatMap((found) => {
    const why = strangeness(found, environment);
    return why === undefined ? [] : [{ ...toReport(found), own: false, why }];
  });
  const own = all.filter((found) => found.environment === environment);
  const kept = own.flatMap(({ stays, ...found }): Left[] =>
    stays === undefined ? [] : [{ ...toReport(found), own: true, why: stays }],
  );
  const going = own.filter(({ stays }) => stays === undefined);
  if (dryRun) return { removed: going.map(toReport), left: [...kept, ...strange], unasked: [] };

  const removed: Found[] = [];
  let refused: readonly Left[] = [];
  for (let before = -1; before < removed.length && removed.length < going.length;) {
    before = removed.length;
    refused = [];
    for (const found of going.filter((each) => !removed.includes(each))) {
      if (signal?.aborted === true) {
        refused = [...refused, { ...toReport(found), own: true, why: "the run was stopped before its turn" }];
        continue;
      }
      try {
        await inventory.remove(found);
        removed.push(found);
        onRemoved?.(found);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        refused = [...refused, { ...toReport(found), own: true, why }];
      }
    }
  }
  return { removed: removed.map(toReport), left: [...refused, ...kept, ...strange], unasked: [] };
}

/** Why a thing is none of the environment's; undefined where it is one. */
function strangeness({ environment }: Found, own: string): string | undefined {
  if (environment === own) return undefined;
  return environment === undefined ? `says no ${OWNER_LABEL}` : `belongs to ${environment}`;
}

const toReport = ({ provider, kind, id, name }: Found): SweepReport["removed"][number] => ({
  provider,
  kind,
  id,
  name,
});
