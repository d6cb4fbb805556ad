import { Decimal } from "decimal.js";
import { EVERYWHERE } from "../catalogue/schema.ts";
import { HOURS_PER_MONTH } from "../context.ts";
import type { Pricer } from "./pricer.ts";

/** Rented GPUs: expected are the pool's stated hours, worst is every hour of the month. */
export const externalPool: Pricer = {
  types: ["splitfleet:compute:ExternalPool"],
  price(quote) {
    const provider = quote.requiredText("provider");
    const offer = quote.requiredText("offer");
    const gpus = quote.requiredNumber("gpus");
    const pool = quote.requiredText("pool");
    if (provider === undefined || offer === undefined || gpus === undefined || pool === undefined) return;
    const price = quote.price({ provider, kind: "gpu-on-demand", item: offer, region: EVERYWHERE }, ["offer"]);
    if (price === undefined) return;
    const hours = new Decimal(quote.context.usage.pools[pool]?.nodeHoursPerMonth ?? HOURS_PER_MONTH);
    const hourly = quote.euros(price).times(gpus);
    quote.add({
      label: `${gpus} ${offer} at ${provider}`,
      prices: [price],
      quantity: hours.times(gpus),
      unit: price.unit,
      expected: { hourly: hourly.times(hours).div(HOURS_PER_MONTH), monthly: hourly.times(hours) },
      worst: { hourly, monthly: hourly.times(HOURS_PER_MONTH) },
    });
  },
};
