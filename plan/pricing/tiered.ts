import { Decimal } from "decimal.js";
import type { Price } from "./catalogue/schema.ts";

/**
 * What `quantity` units of a month cost by prices that fall with volume, in their currency. Each part of the quantity
 * pays the price of the tier that it falls into; the first `free` units pay nothing.
 *
 * @param tiers as {@link Catalogue.tiers} gives them, the smallest quantity first.
 */
export function tieredCost(tiers: readonly Price[], quantity: Decimal.Value, free: Decimal.Value = 0): Decimal {
  const parts = tiers.map(({ amount, from = 0 }, index) => {
    const start = Decimal.max(from, free);
    const end = Decimal.min(tiers[index + 1]?.from ?? quantity, quantity);
    return Decimal.max(end.minus(start), 0).times(amount);
  });
  return Decimal.sum(0, ...parts);
}
