import { Decimal } from "decimal.js";
import { sumOf, type Burn, type Cost, type LineItem } from "../../policies/cost.ts";
import type { Finding } from "../../policies/finding.ts";
import type { Row } from "../../policies/row.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";
import type { Price } from "./catalogue/schema.ts";
import { indexRows, type PricingContext, type Surroundings, type Usage } from "./context.ts";
import { freeReason, pricerOf } from "./pricers/registry.ts";
import { Quote } from "./quote.ts";

export interface EstimateOptions extends Surroundings {
  readonly catalogue: Catalogue;
  readonly usage: Usage;
  /** ISO date; decides what is stale. */
  readonly today: string;
  /** Day of order by URN of resources that exist and keep their price cohort. Default: everything is a new order. */
  readonly orderedOn?: ReadonlyMap<string, string>;
}

/**
 * Prices the rows of one environment: line items, their sums, and a finding for everything that could not be priced.
 *
 * Items are rounded half up (an hour to four decimals, a month to two) and the sums add the rounded items, so a report
 * always adds up. A month is 730 hours, or the provider's monthly cap. The order of rows does not matter.
 */
export function estimate(rows: readonly Row[], options: EstimateOptions): { cost: Cost; findings: Finding[] } {
  const { catalogue, usage, models = {}, sites = {}, today, orderedOn = new Map<string, string>() } = options;
  const sorted = rows.toSorted((a, b) => (a.urn < b.urn ? -1 : a.urn > b.urn ? 1 : 0));
  const context: PricingContext = { catalogue, usage, models, sites, orderedOn, rows: indexRows(sorted) };
  const items: LineItem[] = [];
  const findings: Finding[] = [];
  const usedBy = new Map<Price, Row[]>();
  for (const row of sorted) {
    const quote = quoteOf(row, context);
    items.push(...quote.items);
    findings.push(...quote.findings);
    for (const price of quote.used) remember(usedBy, price, row);
  }
  findings.push(...[...usedBy].flatMap(([price, users]) => doubts(price, users, today)));
  for (const [price, users] of usedBy) {
    const coming = users.filter(({ urn }) => !orderedOn.has(urn));
    if (price.orderable === false && coming.length > 0) findings.push(notOrderable(price, coming));
  }
  return {
    cost: { currency: "EUR", expected: sumOf(items, "expected"), worst: sumOf(items, "worst"), items },
    findings,
  };
}

/** One share of the cost; `value` is empty for what carries no such label. */
export interface Allocation {
  readonly value: string;
  readonly expected: Burn;
  readonly worst: Burn;
}

/** The cost split by a label such as `pool` or `team`, dearest first. The parts add up to the whole. */
export function byLabel(cost: Cost, label: string): Allocation[] {
  const groups = Map.groupBy(cost.items, (item) => item.labels[label] ?? "");
  return [...groups]
    .map(([value, items]) => ({ value, expected: sumOf(items, "expected"), worst: sumOf(items, "worst") }))
    .toSorted(
      (a, b) => new Decimal(b.worst.monthly).comparedTo(a.worst.monthly) || a.value.localeCompare(b.value, "en"),
    );
}

function remember(usedBy: Map<Price, Row[]>, price: Price, row: Row): void {
  const users = usedBy.get(price);
  if (users === undefined) usedBy.set(price, [row]);
  else users.push(row);
}

function quoteOf(row: Row, context: PricingContext): Quote {
  const quote = new Quote(row, context);
  const pricer = pricerOf(row.type);
  if (pricer !== undefined) pricer.price(quote);
  else if (row.custom && freeReason(row.type) === undefined) {
    quote.report({
      rule: "cost/no-price",
      level: "mandatory",
      severity: "high",
      path: [],
      message: `Nothing says what a ${row.type} costs, so ${row.name} can not be priced.`,
      limit: "a pricer, or an entry in free-types.json with a reason",
      fix: "Add a pricer to plan/pricing/pricers, or list the type in free-types.json there if it bills nothing.",
    });
  }
  return quote;
}

/** Stock moves by the hour, so this is a hint for what is still to be ordered; what exists is not concerned. */
function notOrderable({ item, region, observedAt }: Price, coming: readonly Row[]): Finding {
  return {
    rule: "cost/not-orderable",
    level: "advisory",
    severity: "medium",
    urn: coming[0]?.urn ?? "",
    path: "",
    message: `${coming.length === 1 ? "1 resource" : `${coming.length} resources`} may not come up: ${item} could not be ordered in ${region}.`,
    value: `not orderable on ${observedAt}`,
    limit: "a type that can be ordered",
    fix: "Run `npm run resolve`, which takes the first orderable type of the pool's list, or `npm run prices -- refresh`.",
  };
}

/** Findings about a price itself, once for all rows that use it; reported at the first of them. */
function doubts(price: Price, users: readonly Row[], today: string): Finding[] {
  const charged = users.length === 1 ? "1 resource is charged" : `${users.length} resources are charged`;
  const shared = { level: "advisory", severity: "low", urn: users[0]?.urn ?? "", path: "" } as const;
  const found: Finding[] = [];
  if (price.validUntil < today) {
    found.push({
      ...shared,
      rule: "cost/stale-price",
      message: `The price ${price.id} is out of date; ${charged} by it.`,
      value: `observed on ${price.observedAt}, valid until ${price.validUntil}`,
      limit: `valid on ${today}`,
      fix: `Read the price again and add a row with its new date. Source: ${price.source}.`,
    });
  }
  if (price.evidence === "unverified") {
    found.push({
      ...shared,
      rule: "cost/unverified-price",
      message: `The price ${price.id} is not confirmed; ${charged} by it.`,
      value: `${price.amount} ${price.currency}`,
      limit: "a figure from the provider or a dated third party",
      fix: `Confirm it with the provider and change its evidence. Source: ${price.source}.`,
    });
  }
  return found;
}
