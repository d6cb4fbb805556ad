import { Decimal } from "decimal.js";
import { allowancesText } from "../catalogue/allowances.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { Price } from "../catalogue/schema.ts";
import type { ChangedField, ChangedPrice, PriceDiff } from "./contract.ts";
import { pricesInForce } from "./in-force.ts";

/** A catalogue and how to call it in the report. */
export interface Side {
  readonly name: string;
  readonly catalogue: Catalogue;
}

/** What somebody who pays would notice; sources, notes and days of observation are no change of price. */
const COMPARED = ["amount", "monthlyCap", "low", "high", "currency", "unit", "orderable", "included"] as const;
const NUMBERS: ReadonlySet<string> = new Set(["amount", "monthlyCap", "low", "high"]);

/** Compares the prices in force. History does not count: a list that a newer one replaced is on neither side. */
export function comparePrices(before: Side, after: Side): PriceDiff {
  const [old, now] = [pricesInForce(before.catalogue), pricesInForce(after.catalogue)];
  const changed: ChangedPrice[] = [];
  let [confirmed, unchanged] = [0, 0];
  for (const [id, price] of now) {
    const previous = old.get(id);
    if (previous === undefined) continue;
    const fields = COMPARED.flatMap((field) => differenceIn(field, previous, price));
    if (fields.length > 0) changed.push({ ...identity(price), fields });
    else if (price.observedAt === previous.observedAt) unchanged += 1;
    else confirmed += 1;
  }
  return {
    before: before.name,
    after: after.name,
    changed: changed.toSorted((a, b) => extent(b) - extent(a) || byId(a, b)),
    added: [...now.values()]
      .filter(({ id }) => !old.has(id))
      .map(counterpart)
      .toSorted(byId),
    removed: [...old.values()]
      .filter(({ id }) => !now.has(id))
      .map(counterpart)
      .toSorted(byId),
    confirmed,
    unchanged,
  };
}

function differenceIn(field: (typeof COMPARED)[number], previous: Price, price: Price): ChangedField[] {
  const [before, after] = [text(previous[field]), text(price[field])];
  if (before === after) return [];
  const comparable = NUMBERS.has(field) && previous.currency === price.currency && before !== null && after !== null;
  return [{ field, before, after, percent: comparable ? percent(before, after) : null }];
}

const percent = (before: string, after: string): string =>
  new Decimal(after).minus(before).div(before).times(100).toFixed(1);

const text = (value: Price[(typeof COMPARED)[number]]): string | null => {
  if (value === undefined) return null;
  return typeof value === "object" ? allowancesText(value) : String(value);
};

const identity = ({ id, provider, kind, item, region }: Price) => ({ id, provider, kind, item, region });

const counterpart = (price: Price): PriceDiff["added"][number] => {
  const { amount, currency, unit } = price;
  return { ...identity(price), amount, currency, unit };
};

/** How far the amount moved, in per cent either way; zero where something else did. */
const extent = ({ fields }: ChangedPrice): number =>
  Math.abs(Number(fields.find(({ field }) => field === "amount")?.percent ?? 0));

const byId = ({ id: a }: Pick<Price, "id">, { id: b }: Pick<Price, "id">): number => (a < b ? -1 : a > b ? 1 : 0);
