import { Decimal } from "decimal.js";
import { HOURS_PER_MONTH } from "./context.ts";
import { requirePositive, requireShares } from "./quantities.ts";

const SECONDS_PER_HOUR = 3600;
const DAYS_PER_MONTH = new Decimal(HOURS_PER_MONTH).div(24);

/** A model on nodes of one's own or rented ones, with throughput as measured, not as advertised. */
export interface Serving {
  /** What the nodes cost, such as the expected monthly burn of their pool. */
  readonly eurosPerMonth: Decimal.Value;
  /** Measured over all concurrent requests of the pool, at full load. */
  readonly tokensPerSecond: number;
  /** Share of the hours that are paid in which the pool is at full load: above 0, up to 1. */
  readonly utilisation: number;
  /** Hours that are paid. Default: all of a month, 730. */
  readonly hoursPerMonth?: number;
}

/**
 * Euros for a million tokens. Whether they are output tokens or all tokens follows from what was measured.
 *
 * @throws {RangeError} for a throughput, utilisation or hours of zero.
 */
export function eurosPerMillionTokens({ hoursPerMonth = HOURS_PER_MONTH, ...serving }: Serving): Decimal {
  const { eurosPerMonth, tokensPerSecond, utilisation } = serving;
  requirePositive({ tokensPerSecond, utilisation, hoursPerMonth });
  requireShares({ utilisation });
  const tokens = new Decimal(tokensPerSecond).times(SECONDS_PER_HOUR).times(hoursPerMonth).times(utilisation);
  return new Decimal(eurosPerMonth).times(1_000_000).div(tokens);
}

/**
 * Euros for a thousand requests of nodes that can answer `requestsPerDay` at full load.
 *
 * @throws {RangeError} for a capacity or utilisation of zero.
 */
export function eurosPerThousandRequests(capacity: {
  readonly eurosPerMonth: Decimal.Value;
  readonly requestsPerDay: number;
  readonly utilisation: number;
}): Decimal {
  const { eurosPerMonth, requestsPerDay, utilisation } = capacity;
  requirePositive({ requestsPerDay, utilisation });
  requireShares({ utilisation });
  return new Decimal(eurosPerMonth).times(1000).div(DAYS_PER_MONTH.times(requestsPerDay).times(utilisation));
}
