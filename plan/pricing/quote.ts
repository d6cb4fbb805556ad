import { Decimal } from "decimal.js";
import type { Burn, LineItem } from "../../policies/cost.ts";
import type { Finding } from "../../policies/finding.ts";
import { UNKNOWN, type Row, type Value } from "../../policies/row.ts";
import type { PriceQuery } from "./catalogue/catalogue.ts";
import type { Price } from "./catalogue/schema.ts";
import type { PricingContext } from "./context.ts";
import { inEuros } from "./euros.ts";
import { asFlag, asNumber, asText, pathText, valueAt, visibleValue, type Path } from "./inputs.ts";

/** Burn at full precision, in euros. Rounded only when it becomes a line item. */
export interface ExactBurn {
  readonly hourly: Decimal;
  readonly monthly: Decimal;
}

export interface ExactItem {
  readonly label: string;
  /** The prices that the figures come from, that of the expected burn first. Empty if the row itself states them. */
  readonly prices: readonly Price[];
  readonly quantity: Decimal;
  readonly unit: string;
  readonly expected: ExactBurn;
  readonly worst: ExactBurn;
  /** Who pays and what for. Default: the row's labels. */
  readonly labels?: Readonly<Record<string, string>>;
}

type Sheet = Pick<Quote, "items" | "findings" | "used">;

/** What a pricer works with: the row's inputs, the catalogue, and the place for its line items and findings. */
export class Quote {
  readonly row: Row;
  readonly context: PricingContext;
  readonly items: LineItem[];
  readonly findings: Finding[];
  /** Every price that was looked up or converted with. */
  readonly used: Set<Price>;

  constructor(row: Row, context: PricingContext, sheet: Sheet = { items: [], findings: [], used: new Set() }) {
    this.row = row;
    this.context = context;
    this.items = sheet.items;
    this.findings = sheet.findings;
    this.used = sheet.used;
  }

  /** The same quote, reading the inputs of another row that belongs to this one. */
  of(row: Row): Quote {
    return new Quote(row, this.context, this);
  }

  /** The input at a path; undefined if absent, {@link UNKNOWN} if it or a value around it is not known yet. */
  input(...path: Path): Value | undefined {
    return valueAt(this.row.inputs, path);
  }

  /** A string that decides the price. Undefined if absent, and with a finding if unknown or of another kind. */
  text(...path: Path): string | undefined {
    return this.#decided(path, asText, "a string");
  }

  /** A number that decides the price, at least 0. Undefined if absent, and with a finding if unknown or no number. */
  number(...path: Path): number | undefined {
    return this.#decided(path, asNumber, "a number of at least 0");
  }

  /** A flag that decides the price, with what the provider assumes when it is absent. */
  flag(fallback: boolean, ...path: Path): boolean {
    return this.#decided(path, asFlag, "true or false") ?? fallback;
  }

  /** As {@link text}, where absence is a finding too. */
  requiredText(...path: Path): string | undefined {
    if (this.input(...path) === undefined) this.undecided(path, "a string");
    return this.text(...path);
  }

  /** As {@link number}, where absence is a finding too. */
  requiredNumber(...path: Path): number | undefined {
    if (this.input(...path) === undefined) this.undecided(path, "a number of at least 0");
    return this.number(...path);
  }

  /** The price asked for. If the catalogue has none, undefined and a mandatory finding at `path`. */
  price(query: PriceQuery, path: Path): Price | undefined {
    const orderedOn = query.orderedOn ?? this.context.orderedOn.get(this.row.urn);
    const price = this.context.catalogue.find({ ...query, orderedOn });
    if (price !== undefined) {
      this.used.add(price);
      return price;
    }
    const { provider, kind, item, region } = query;
    const cohort = orderedOn === undefined ? "" : ` for an order of ${orderedOn}`;
    this.report({
      rule: "cost/unknown-price",
      level: "mandatory",
      severity: "high",
      path,
      message: `The cost of ${this.row.name} is unknown: no price ${provider}/${kind}/${item}/${region}${cohort}.`,
      limit: "a dated price for every billed part",
      fix: `Add the price to plan/pricing/catalogue/${provider}.json, or choose a type and region that it lists.`,
    });
    return undefined;
  }

  /** `amount` (default: one unit) in euros, through the dated exchange rate of the price's currency. */
  euros(price: Price, amount: Decimal.Value = price.amount): Decimal {
    const rate = this.context.catalogue.rate(price.currency);
    if (rate !== undefined) this.used.add(rate);
    return inEuros(this.context.catalogue, price, amount);
  }

  /** Adds a priced part. Rounds half up: four decimals for an hour, two for a month. */
  add({ label, prices, quantity, unit, expected, worst, labels = this.row.labels }: ExactItem): void {
    const currencies = new Set(prices.map((price) => price.currency));
    const rates = [...currencies].flatMap((currency) => this.context.catalogue.rate(currency) ?? []);
    const conversion = rates.map((rate) => ` (at ${rate.amount} ${rate.item}/EUR of ${rate.observedAt})`).join("");
    const sources = new Set([...prices, ...rates].map((price) => `${price.id}@${price.observedAt}`));
    this.items.push({
      urn: this.row.urn,
      label: `${label}${conversion}`,
      price: [...sources].join(", ") || "stated by the environment file",
      quantity: quantity.toDecimalPlaces(3).toFixed(),
      unit,
      expected: rounded(expected),
      worst: rounded(worst),
      labels: { ...labels },
    });
  }

  report(finding: Omit<Finding, "urn" | "path" | "value"> & { readonly path: Path }): void {
    const { path } = finding;
    this.findings.push({ ...finding, urn: this.row.urn, path: pathText(path), value: visibleValue(this.row, path) });
  }

  /** Reports that the price hangs on a value that is absent, unknown or not what it should be. */
  undecided(path: Path, limit: string, fix?: string): void {
    const value = this.input(...path);
    const state =
      value === undefined ? "is not stated" : value === UNKNOWN ? "is only known after up" : `is not ${limit}`;
    this.report({
      rule: "cost/undecided-price",
      level: "mandatory",
      severity: "medium",
      path,
      message: `The cost of ${this.row.name} depends on ${pathText(path)}, which ${state}.`,
      limit,
      fix: fix ?? `Give ${pathText(path)} a plain value: ${limit}.`,
    });
  }

  #decided<T>(path: Path, convert: (value: Value) => T | undefined, expected: string): T | undefined {
    const value = this.input(...path);
    if (value === undefined) return undefined;
    const converted = value === UNKNOWN ? undefined : convert(value);
    if (converted === undefined) this.undecided(path, expected);
    return converted;
  }
}

const rounded = ({ hourly, monthly }: ExactBurn): Burn => ({
  hourly: hourly.toFixed(4, Decimal.ROUND_HALF_UP),
  monthly: monthly.toFixed(2, Decimal.ROUND_HALF_UP),
});
