import { Decimal } from "decimal.js";
import { requirePositive, requireQuantities } from "./quantities.ts";

/** A job on spot instances that saves its state now and then. */
export interface CheckpointedJob {
  /** Time that one checkpoint takes, in which nothing else runs. */
  readonly saveHours: number;
  /** Time from an interruption until the job runs again. */
  readonly restartHours: number;
  /** Expected interruptions in an hour; 0.0003 to 0.05 were seen for GPU instances. */
  readonly interruptionsPerHour: number;
}

/**
 * What an hour of a spot job costs in hours of progress, by checkpoints every T hours: 1 + s/T + L x (T/2 + r). An
 * interruption loses half an interval on average, then the restart.
 *
 * @throws {RangeError} for an interval of zero or a negative quantity.
 */
export function spotOverhead(job: CheckpointedJob, intervalHours: number): Decimal {
  const { saveHours, restartHours, interruptionsPerHour } = job;
  requireQuantities({ saveHours, restartHours, interruptionsPerHour });
  requirePositive({ intervalHours });
  const lostHours = new Decimal(intervalHours).div(2).plus(restartHours);
  return new Decimal(1).plus(new Decimal(saveHours).div(intervalHours)).plus(lostHours.times(interruptionsPerHour));
}

/**
 * The interval at which the overhead is smallest: sqrt(2 s / L). Infinite where nothing interrupts.
 *
 * @throws {RangeError} for checkpoints that take no time, or a negative quantity.
 */
export function bestInterval({ saveHours, interruptionsPerHour }: CheckpointedJob): Decimal {
  requirePositive({ saveHours });
  requireQuantities({ interruptionsPerHour });
  return new Decimal(saveHours).times(2).div(interruptionsPerHour).sqrt();
}

/** Price of an hour of progress on spot, in the currency of `spotPerHour`. */
export const effectiveSpotPrice = (spotPerHour: Decimal.Value, job: CheckpointedJob, intervalHours: number): Decimal =>
  spotOverhead(job, intervalHours).times(spotPerHour);
