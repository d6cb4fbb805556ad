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
  unasked.length === 0 && left.every(({ refused }) => !refused);

async function sweepOne(inventory: Inventory, options: SweepOptions): Promise<SweepReport> {
  const { environment, isManaged = () => false, dryRun = false } = options;
  let all: readonly Found[];
  try {
    all = (await inventory.list()).filter((found) => !isManaged(found));
  } catch (error) {
    if (!(error instanceof Unasked)) throw error;
    return { removed: [], left: [], unasked: [{ provider: inventory.provider, why: error.message }] };
  }
  const untouched = all.flatMap((found): Left[] => {
    const why = found.environment === environment ? found.stays : strangeness(found);
    return why === undefined ? [] : [{ ...toReport(found), refused: false, why }];
  });
  const going = all.filter((found) => found.environment === environment && found.stays === undefined);
  if (dryRun) return { removed: going.map(toReport), left: untouched, unasked: [] };
  const { removed, refused } = await removeAll(inventory, going, options);
  return { removed: removed.map(toReport), left: [...refused, ...untouched], unasked: [] };
}

async function removeAll(
  inventory: Inventory,
  going: readonly Found[],
  { signal, onRemoved }: SweepOptions,
): Promise<{ removed: readonly Found[]; refused: readonly Left[] }> {
  const removed: Found[] = [];
  let refused: Left[];
  let before: number;
  do {
    before = removed.length;
    refused = [];
    for (const found of going.filter((each) => !removed.includes(each))) {
      const why = signal?.aborted === true ? "the run was stopped before its turn" : await refusalOf(inventory, found);
      if (why === undefined) {
        removed.push(found);
        onRemoved?.(found);
      } else refused.push({ ...toReport(found), refused: true, why });
    }
  } while (refused.length > 0 && removed.length > before);
  return { removed, refused };
}

/** Removes it. Undefined where it is gone, else why it is not. */
async function refusalOf(inventory: Inventory, found: Found): Promise<string | undefined> {
  try {
    await inventory.remove(found);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Why a thing is not the environment's. */
const strangeness = ({ environment }: Found): string =>
  environment === undefined ? `says no ${OWNER_LABEL}` : `belongs to ${environment}`;

const toReport = ({ provider, kind, id, name }: Found): SweepReport["removed"][number] => ({
  provider,
  kind,
  id,
  name,
});
