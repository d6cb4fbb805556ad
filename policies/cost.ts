import { Decimal } from "decimal.js";
import { z } from "zod";

/** Non-negative decimal number as a string, so that no digit is lost between tools. */
export const decimal = z.string().regex(/^\d+(\.\d+)?$/);

/** Euros of one burn. `monthly` is 730 hours unless the provider caps or bills otherwise. */
export const burn = z.strictObject({ hourly: decimal, monthly: decimal });

/** One priced part of one resource. */
export const lineItem = z.strictObject({
  urn: z.string(),
  label: z.string().meta({ description: "What is paid for, such as `cpx42 in fsn1`." }),
  price: z.string().meta({ description: "Id of the catalogue row, with the date it was observed." }),
  quantity: decimal.meta({ description: "Units for the expected burn." }),
  unit: z.string(),
  expected: burn,
  worst: burn,
  labels: z.record(z.string(), z.string()).meta({ description: "Pool, team, workload … the cost is allocated to." }),
});

/** Expected: spot prices, desired sizes, the usage section's hours. Worst: on-demand prices, maximum sizes, every hour. */
export const cost = z.strictObject({
  currency: z.literal("EUR"),
  expected: burn,
  worst: burn,
  items: z.array(lineItem),
});

export type Burn = z.infer<typeof burn>;
export type LineItem = z.infer<typeof lineItem>;
export type Cost = z.infer<typeof cost>;

/** A part of the cost, in both burns. */
export type Share = Pick<Cost, "expected" | "worst" | "items">;

/** What carries a label such as `pool` or `team` with this value. Its items are rounded, so parts add up to the whole. */
export function costOf(cost: Cost, label: string, value: string): Share {
  const items = cost.items.filter(({ labels }) => labels[label] === value);
  return { items, expected: sumOf(items, "expected"), worst: sumOf(items, "worst") };
}

/** The sum of rounded items, with as many decimals as a {@link Burn} has. */
export function sumOf(items: readonly LineItem[], burn: "expected" | "worst"): Burn {
  const total = (period: keyof Burn, decimals: number): string =>
    items.reduce((all, item) => all.plus(item[burn][period]), new Decimal(0)).toFixed(decimals);
  return { hourly: total("hourly", 4), monthly: total("monthly", 2) };
}
