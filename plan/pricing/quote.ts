import { Decimal } from "decimal.js";
import type { LineItem } from "../../policies/cost.ts";
import type { Finding } from "../../policies/finding.ts";
import { UNKNOWN, type Row, type Value } from "../../policies/row.ts";
import type { Catalogue, PriceQuery } from "./catalogue/load.ts";
import type { Price } from "./catalogue/schema.ts";

/** Hours of the average month: 365 x 24 / 12. Every provider's calculator uses it. */
export const HOURS_PER_MONTH = 730;

/** Expected use where the plan can not say, by pool. The `usage` section of an environment has this shape. */
export interface Usage {
  readonly pools: { readonly [pool: string]: { readonly nodeHoursPerMonth: number } };
}

/** All rows of one environment, looked up the ways that pricers need. */
export interface RowIndex {
  byUrn(urn: string): Row | undefined;
  ofType(type: string): readonly Row[];
  /** Rows under the same parent, of one type. */
  siblings(row: Row, type: string): readonly Row[];
}

export interface PricingContext {
  readonly catalogue: Catalogue;
  readonly usage: Usage;
  /** ISO date; decides which prices are stale. */
  readonly today: string;
  readonly rows: RowIndex;
  /** Day of order by URN, for resources that exist and keep their price cohort; a row not named is a new order. */
  readonly orderedOn: ReadonlyMap<string, string>;
}

/** Burn at full precision, in euros. Rounded only when it becomes a line item. */
export interface ExactBurn {
  readonly hourly: Decimal;
  readonly monthly: Decimal;
}

export interface ExactItem {
  readonly label: string;
  /** The prices that the figure comes from, first the one of the expected burn. Empty if the row itself states them. */
  readonly prices: readonly Price[];
  readonly quantity: Decimal;
  readonly unit: string;
  readonly expected: ExactBurn;
  readonly worst: ExactBurn;
}

type Path = readonly (string | number)[];

/** What one pricer works with: the row's inputs, the catalogue, and the place for its line items and findings. */
export class Quote {
  readonly row: Row;
  readonly context: PricingContext;
  readonly items: LineItem[];
  readonly findings: Finding[];
  /** Every price that was looked up or converted with. */
  readonly used: Set<Price>;

  constructor(row: Row, context: PricingContext, sheet: Pick<Quote, "items" | "findings" | "used"> = { items: [], findings: [], used: new Set() }) {
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

  /** The input at `path`; undefined if absent or null, {@link UNKNOWN} if it or a value around it is not known yet. */
  input(...path: Path): Value | undefined {
    return read(this.row.inputs, path);
  }

  /** A string that decides the price. Undefined if absent; if unknown, undefined and a finding. */
  text(...path: Path): string | undefined {
    return this.#decided(path, (value) => (typeof value === "string" ? value : undefined), "a string");
  }

  /** A number that decides the price; AWS also takes it as a string. Undefined if absent; if unknown, undefined and a finding. */
  number(...path: Path): number | undefined {
    return this.#decided(path, (value) => (isNumeric(value) ? Number(value) : undefined), "a number of at least 0");
  }

  /** As {@link text}, where absence is a finding too. */
  requiredText(...path: Path): string | undefined {
    return this.#present(path, "a string") ? this.text(...path) : undefined;
  }

  /** As {@link number}, where absence is a finding too. */
  requiredNumber(...path: Path): number | undefined {
    return this.#present(path, "a number of at least 0") ? this.number(...path) : undefined;
  }

  /** A flag that decides the price, with what the provider assumes when it is absent. */
  flag(fallback: boolean, ...path: Path): boolean {
    return this.#decided(path, (value) => (typeof value === "boolean" ? value : value === "true" ? true : value === "false" ? false : undefined), "true or false") ?? fallback;
  }

  /** The price asked for. If the catalogue has none, undefined and a mandatory finding. */
  price(query: PriceQuery, path: Path): Price | undefined {
    const price = this.context.catalogue.find({ ...query, orderedOn: query.orderedOn ?? this.context.orderedOn.get(this.row.urn) });
    if (price !== undefined) {
      this.used.add(price);
      return price;
    }
    const what = `${query.provider}/${query.kind}/${query.item}/${query.region}`;
    this.report({
      rule: "cost/unknown-price",
      level: "mandatory",
      severity: "high",
      path,
      message: `The catalogue has no price ${what}, so the cost of ${this.row.name} is unknown.`,
      limit: "a dated price for every billed part",
      fix: `Add the price to plan/pricing/catalogue/${query.provider}.json, or choose a type and region that it lists.`,
    });
    return undefined;
  }

  /** `amount` times the price of one unit, in euros through the dated exchange rate. */
  euros(price: Price, amount: Decimal.Value = price.amount): Decimal {
    if (price.currency === "EUR") return new Decimal(amount);
    const rate = this.context.catalogue.rate(price.currency);
    if (rate === undefined) throw new Error(`${price.id} is in ${price.currency}, for which the catalogue has no rate; loadCatalogue refuses such prices`);
    this.used.add(rate);
    return new Decimal(amount).div(rate.amount);
  }

  /** Adds a priced part. Rounds half up: four decimals for an hour, two for a month. */
  add(item: ExactItem): void {
    const rates = [...new Set(item.prices.map((price) => price.currency))].flatMap((currency) => this.context.catalogue.rate(currency) ?? []);
    const conversions = rates.map((rate) => ` (at ${rate.amount} ${rate.item}/EUR of ${rate.observedAt})`);
    const prices = [...new Set([...item.prices, ...rates].map((price) => `${price.id}@${price.observedAt}`))];
    this.items.push({
      urn: this.row.urn,
      label: `${item.label}${conversions.join("")}`,
      price: prices.join(", ") || "stated by the environment file",
      quantity: item.quantity.toDecimalPlaces(3).toFixed(),
      unit: item.unit,
      expected: rounded(item.expected),
      worst: rounded(item.worst),
      labels: { ...this.row.labels },
    });
  }

  report(finding: Omit<Finding, "urn" | "path" | "value"> & { readonly path: Path }): void {
    this.findings.push({ ...finding, urn: this.row.urn, path: show(finding.path), value: this.#visible(finding.path) });
  }

  /** Reports that the price hangs on a value which is absent, unknown or of the wrong kind. */
  undecided(path: Path, limit: string, fix: string): void {
    this.report({
      rule: "cost/undecided-price",
      level: "mandatory",
      severity: "medium",
      path,
      message: `The cost of ${this.row.name} depends on ${show(path)}, which is not decided in the plan.`,
      limit,
      fix,
    });
  }

  #present(path: Path, expected: string): boolean {
    const present = this.input(...path) !== undefined;
    if (!present) this.undecided(path, expected, `State ${show(path)}.`);
    return present;
  }

  #decided<T>(path: Path, convert: (value: Value) => T | undefined, expected: string): T | undefined {
    const value = this.input(...path);
    if (value === undefined) return undefined;
    const converted = value === UNKNOWN ? undefined : convert(value);
    if (converted === undefined) this.undecided(path, expected, `Give ${show(path)} a plain value instead of another resource's output.`);
    return converted;
  }

  #visible(path: Path): string {
    if (path.length === 0) return "";
    const text = show(path);
    if (this.row.secretPaths.some((secret) => within(text, secret) || within(secret, text))) return "[secret]";
    const value = this.input(...path);
    if (value === UNKNOWN) return "[unknown]";
    return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  }
}

/** `spec.claims[0].size`, as in {@link Row.secretPaths}. */
const show = (path: Path): string => path.reduce<string>((text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`), "");

const within = (path: string, outer: string): boolean => path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);

function read(inputs: Row["inputs"], path: Path): Value | undefined {
  let value: Value | undefined = inputs;
  for (const part of path) {
    if (value === UNKNOWN) return UNKNOWN;
    if (Array.isArray(value)) value = typeof part === "number" ? value[part] : undefined;
    else if (typeof value === "object" && value !== null) value = (value as { readonly [key: string]: Value })[part];
    else return undefined;
  }
  return value ?? undefined;
}

const isNumeric = (value: Value): boolean => (typeof value === "number" || (typeof value === "string" && value.trim() !== "")) && Number(value) >= 0 && Number.isFinite(Number(value));

const rounded = ({ hourly, monthly }: ExactBurn): LineItem["expected"] => ({
  hourly: hourly.toFixed(4, Decimal.ROUND_HALF_UP),
  monthly: monthly.toFixed(2, Decimal.ROUND_HALF_UP),
});
