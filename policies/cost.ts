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
