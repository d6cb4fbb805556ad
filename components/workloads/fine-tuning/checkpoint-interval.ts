export interface CheckpointRisk {
  /** How long training stands still while a checkpoint is written. */
  readonly saveSeconds: number;
  /** How often a node is taken away, on average. */
  readonly interruptionsPerHour: number;
}

/**
 * Seconds between two checkpoints at which the time lost is least: to saving, and to work done again after an
 * interruption. Young's first-order formula, the root of twice the product of a save and the mean time between
 * interruptions (J. W. Young, Communications of the ACM 17(9), 1974; J. T. Daly, Future Generation Computer Systems
 * 22(3), 2006, of which it is the first term). It holds while a save is short beside that mean time.
 *
 * @throws Error if a node does not last long enough to save at all
 */
export function checkpointIntervalSeconds({ saveSeconds, interruptionsPerHour }: CheckpointRisk): number {
  const betweenSeconds = 3600 / interruptionsPerHour;
  if (saveSeconds * 2 >= betweenSeconds) {
    throw new Error(
      `a checkpoint takes ${saveSeconds} seconds and nodes last ${Math.round(betweenSeconds)}: training would never get on`,
    );
  }
  return Math.round(Math.sqrt(2 * saveSeconds * betweenSeconds));
}

/** Share of the time that such an interval loses, before the restart itself. */
export const checkpointOverhead = ({ saveSeconds, interruptionsPerHour }: CheckpointRisk): number =>
  Math.sqrt((2 * saveSeconds * interruptionsPerHour) / 3600);
