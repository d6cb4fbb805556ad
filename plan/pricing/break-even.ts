import { Decimal } from "decimal.js";
import { HOURS_PER_MONTH } from "./context.ts";
import { ownedMonth, type Ownership } from "./ownership.ts";
import { requirePositive } from "./quantities.ts";

// Utilisations are shares of time at full load: above the result the first way is cheaper, below it the second. A
// result above 1 says that the first way never is. Amounts of one call are in one currency.

/**
 * The utilisation from which a rented machine is cheaper than an API: rent / (3600 x tokens/s x price of a token).
 *
 * @throws {RangeError} for a throughput of zero.
 */
export function rentAgainstApi(options: {
  readonly rentPerHour: Decimal.Value;
  /** All tokens, read and written, over all concurrent requests. */
  readonly tokensPerSecond: number;
  /** What the API takes for a million tokens of that mix. */
  readonly apiPerMillion: Decimal.Value;
}): Decimal {
  const { rentPerHour, tokensPerSecond, apiPerMillion } = options;
  requirePositive({ tokensPerSecond });
  const worthPerHour = new Decimal(apiPerMillion).times(tokensPerSecond).times(3600).div(1_000_000);
  return new Decimal(rentPerHour).div(worthPerHour);
}

/** The utilisation from which owning a machine is cheaper than renting one by the hour when it is needed. */
export function ownAgainstRent(machine: Ownership, rentPerHour: Decimal.Value): Decimal {
  return ownedMonth(machine).total.div(new Decimal(rentPerHour).times(HOURS_PER_MONTH));
}

/** How many requests a month an API answers for what something costs at a fixed price. */
export function requestsForTheSame(fixedPerMonth: Decimal.Value, apiPerRequest: Decimal.Value): Decimal {
  return new Decimal(fixedPerMonth).div(apiPerRequest);
}
