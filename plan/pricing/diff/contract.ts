import { z } from "zod";

const price = {
  id: z.string().meta({ description: "`provider/kind/item/region`, then cohort and tier where it has one." }),
  provider: z.string(),
  kind: z.string(),
  item: z.string(),
  region: z.string(),
};

const field = z.strictObject({
  field: z.string().meta({ description: "What differs, such as `amount`, `monthlyCap` or `orderable`." }),
  before: z.string().nullable(),
  after: z.string().nullable(),
  percent: z
    .string()
    .nullable()
    .meta({ description: "Change in per cent with one decimal, such as `-12.5`; null where there is no such number." }),
});

const counterpart = z.strictObject({ ...price, amount: z.string(), currency: z.string(), unit: z.string() });

/** What moved between two catalogues. `prices diff --json` writes this and nothing else. */
export const priceDiff = z
  .strictObject({
    before: z.string().meta({ description: "A folder or a revision, as it was given." }),
    after: z.string(),
    changed: z
      .array(z.strictObject({ ...price, fields: z.array(field).min(1) }))
      .meta({ description: "Prices in both, largest change of the amount first." }),
    added: z.array(counterpart),
    removed: z.array(counterpart),
    confirmed: z.int().nonnegative().meta({ description: "Prices observed anew that did not change." }),
    unchanged: z.int().nonnegative(),
  })
  .meta({
    title: "splitfleet prices diff",
    description: "What `npm run -s prices -- diff [before] [after] --json` writes to standard output.",
  });

export type PriceDiff = z.infer<typeof priceDiff>;
export type ChangedPrice = PriceDiff["changed"][number];
export type ChangedField = z.infer<typeof field>;
