import { Decimal } from "decimal.js";
import type { Pricer } from "./pricer.ts";

/** A Capacity Block, in the month in which it is bought: all of it is paid at once, used or not. */
export const capacityBlock: Pricer = {
  types: ["splitfleet:compute:CapacityBlock"],
  price(quote) {
    const dollars = quote.requiredNumber("upfrontUsd");
    const hours = quote.requiredNumber("hours");
    const instances = quote.requiredNumber("instances");
    const rate = quote.context.catalogue.rate("USD");
    if (dollars === undefined || hours === undefined || instances === undefined || rate === undefined) return;
    quote.used.add(rate);
    const monthly = new Decimal(dollars).div(rate.amount);
    const burn = { hourly: monthly.div(hours), monthly };
    quote.add({
      label: `Capacity Block of ${instances} for ${hours} h, paid up front and never given back`,
      prices: [],
      quantity: new Decimal(hours).times(instances),
      unit: "hour",
      expected: burn,
      worst: burn,
    });
  },
};
