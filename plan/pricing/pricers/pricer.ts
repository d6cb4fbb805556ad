import { Decimal } from "decimal.js";
import type { Price } from "../catalogue/schema.ts";
import { HOURS_PER_MONTH } from "../context.ts";
import type { ExactBurn, Quote } from "../quote.ts";

/** Turns a row of one of `types` into line items and findings of its quote. */
export interface Pricer {
  readonly types: readonly string[];
  price(quote: Quote): void;
}

/** What is paid for `hours` of a month: min(hours x hourly, monthly cap). The hourly burn is that of a running hour. */
export function running(quote: Quote, price: Price, hours: Decimal.Value = HOURS_PER_MONTH): ExactBurn {
  const hourly = quote.euros(price);
  const uncapped = hourly.times(hours);
  return {
    hourly,
    monthly: price.monthlyCap === undefined ? uncapped : Decimal.min(uncapped, quote.euros(price, price.monthlyCap)),
  };
}

/** Burn of something billed by the month, spread over its hours. */
export const monthly = (euros: Decimal): ExactBurn => ({ hourly: euros.div(HOURS_PER_MONTH), monthly: euros });

/** Adds a part that costs the same in the expected and in the worst case and runs all month. */
export function addRunning(quote: Quote, label: string, price: Price): void {
  const burn = running(quote, price);
  quote.add({
    label,
    prices: [price],
    quantity: new Decimal(HOURS_PER_MONTH),
    unit: price.unit,
    expected: burn,
    worst: burn,
  });
}

/** Adds capacity that is billed by the GB and month, used or not. */
export function addCapacity(quote: Quote, label: string, price: Price, gigabytes: number): void {
  const burn = monthly(quote.euros(price).times(gigabytes));
  quote.add({
    label,
    prices: [price],
    quantity: new Decimal(gigabytes),
    unit: price.unit,
    expected: burn,
    worst: burn,
  });
}
