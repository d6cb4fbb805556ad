import { z } from "zod";
import { ALLOWANCE_NAMES } from "./allowances.ts";

/** What a price is for, with the unit it is counted in. A new kind is one line here and a pricer that asks for it. */
export const KINDS = {
  server: "hour",
  backup: "percent",
  ipv4: "hour",
  "load-balancer": "hour",
  volume: "GB-month",
  snapshot: "GB-month",
  egress: "TB",
  "instance-on-demand": "hour",
  "instance-spot": "hour",
  "nat-gateway": "hour",
  "nat-traffic": "GB",
  "internet-traffic": "GB",
  "object-storage": "GB-month",
  "object-storage-base": "month",
  "object-storage-requests": "million requests",
  "dedicated-server": "month",
  "gpu-on-demand": "GPU-hour",
  "gpu-spot": "GPU-hour",
  "token-input": "million tokens",
  "token-input-cached": "million tokens",
  "token-output": "million tokens",
  "token-embedding": "million tokens",
  seat: "user-month",
  plan: "month",
  "exchange-rate": "per EUR",
} as const;
export type Kind = keyof typeof KINDS;
type Unit = (typeof KINDS)[Kind];

/** Region of a price that is the same everywhere the provider sells. */
export const EVERYWHERE = "*";

/**
 * `provider`: from the provider's price API or page, or a dated copy of it. `third-party`: a dated figure of somebody
 * else. `unverified`: reported or recalled, not confirmed; whoever is charged by it gets an advisory finding.
 */
const EVIDENCE = ["provider", "third-party", "unverified"] as const;

const units = [...new Set(Object.values(KINDS))];
const positive = z
  .string("a decimal number in quotes, so that no digit is lost")
  .regex(/^(?!0+(\.0+)?$)\d+(\.\d+)?$/, "a decimal number above zero");
const region = z
  .string()
  .regex(/^(\*|[a-z0-9-]+)$/, 'a location such as fsn1, a region such as eu-north-1, or "*" for everywhere');

const row = z.strictObject({
  item: z.string().min(1).meta({ description: "What the provider calls it, such as `cpx42` or `p5.48xlarge`." }),
  amount: positive.meta({ description: "Net of VAT. For spot: the middle of the range seen." }),
  monthlyCap: positive
    .optional()
    .meta({ description: "The most that one month can cost, where the provider caps it." }),
  low: positive.optional(),
  high: positive.optional().meta({ description: "`low` and `high`: the range seen across zones and days." }),
  from: positive
    .optional()
    .meta({ description: "Units a month above which this amount applies; left out for the first tier." }),
  included: z
    .partialRecord(z.enum(ALLOWANCE_NAMES), positive)
    .optional()
    .meta({ description: "What the price includes each month, such as `outboundTiB` of a server." }),
  orderable: z
    .boolean()
    .optional()
    .meta({ description: "False where the provider's API said that it has none or sells no more." }),
  regions: z.array(region).min(1).optional().meta({ description: "Overrides the list's regions." }),
});

/** Prices that share where they came from. One list expands to one {@link Price} for each row and region. */
const list = z.strictObject({
  kind: z.enum(Object.keys(KINDS) as [Kind, ...Kind[]]),
  unit: z.enum(units as [Unit, ...Unit[]]),
  currency: z.string().regex(/^[A-Z]{3}$/, "a currency code such as EUR"),
  regions: z.array(region).min(1),
  source: z.string().min(10).meta({ description: "Where the figure can be checked, in words, with its date." }),
  evidence: z.enum(EVIDENCE),
  observedAt: z.iso.date("a day such as 2026-11-21"),
  validUntil: z.iso
    .date("a day such as 2026-11-21")
    .meta({ description: "The last day on which the figure is trusted." }),
  cohort: z.iso.date("a day such as 2026-11-21").optional().meta({
    description: "Orders from this day on pay this price, and keep it; left out where a new price applies to all.",
  }),
  note: z.string().optional(),
  rows: z.array(row).min(1),
});

/** One file of the catalogue: everything known of one provider's prices. */
export const priceFile = z.strictObject({
  provider: z.string().regex(/^[a-z0-9-]+$/, "a lower-case name"),
  lists: z.array(list).min(1),
});

export type PriceFile = z.infer<typeof priceFile>;
type List = z.infer<typeof list>;
type ListRow = z.infer<typeof row>;

/** One price: a row of a list, at one region, with all that its list says. Amounts are decimal strings, net of VAT. */
export interface Price extends Omit<List, "rows" | "regions">, Omit<ListRow, "regions"> {
  /** `provider/kind/item/region`, then `/cohort` and `/from-<units>` where it has one. Unique with `observedAt`. */
  readonly id: string;
  readonly provider: string;
  readonly region: string;
}
