import { Decimal } from "decimal.js";
import type { Catalogue } from "./catalogue/catalogue.ts";
import type { Price } from "./catalogue/schema.ts";

/**
 * `amount` (default: one unit) of a price in euros, through the dated exchange rate of its currency.
 *
 * @throws {Error} if the catalogue has no such rate; one that was loaded from files always has it.
 */
export function inEuros(catalogue: Catalogue, price: Price, amount: Decimal.Value = price.amount): Decimal {
  if (price.currency === "EUR") return new Decimal(amount);
  const rate = catalogue.rate(price.currency);
  if (rate === undefined) {
    throw new Error(`no exchange rate for ${price.id} in ${price.currency}; loadCatalogue refuses it`);
  }
  return new Decimal(amount).div(rate.amount);
}
