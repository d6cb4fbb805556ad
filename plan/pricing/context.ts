import type { Row } from "../../policies/row.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";

/** Hours of the average month: 365 x 24 / 12. Every provider's calculator uses it. */
export const HOURS_PER_MONTH = 730;

/** Expected use where the plan can not say. The `usage` section of an environment has this shape, with units there. */
export interface Usage {
  readonly pools: { readonly [pool: string]: { readonly nodeHoursPerMonth: number } };
  /** By endpoint. */
  readonly tokens?: { readonly [endpoint: string]: StatedTokens };
  /** By route. */
  readonly traffic?: { readonly [route: string]: StatedTraffic };
}

export interface StatedTokens {
  /** A key of {@link Surroundings.models}. */
  readonly model: string;
  readonly team: string;
  readonly requestsPerMonth: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cacheHitShare: number;
  readonly cachedPromptShare: number;
  readonly batchedShare: number;
  readonly batchDiscount: number;
}

export interface StatedTraffic {
  /** A key of {@link Surroundings.sites}. */
  readonly from: string;
  /** A key of {@link Surroundings.sites}, or `internet`. */
  readonly to: string;
  readonly team: string;
  readonly gigabytesPerMonth: number;
}

/** Sections of the environment that say what stated use is billed by. */
export interface Surroundings {
  readonly models?: { readonly [name: string]: PricedModel };
  readonly sites?: { readonly [name: string]: PricedSite };
}

export interface PricedModel {
  readonly engine: string;
  readonly tier: string;
  /** Who bills its tokens, for an engine that is somebody else's. */
  readonly provider?: string | undefined;
  /** Its item in the catalogue, where that is not its name. */
  readonly priceItem?: string | undefined;
  /** What the provider calls it. */
  readonly reference: string;
}

export interface PricedSite {
  readonly kind: string;
  readonly location?: string;
  readonly region?: string;
}

/** What every pricer may look at beside its row. */
export interface PricingContext extends Surroundings {
  readonly catalogue: Catalogue;
  readonly usage: Usage;
  readonly rows: RowIndex;
  /** Day of order by URN, for resources that exist and keep their price cohort; a row not named is a new order. */
  readonly orderedOn: ReadonlyMap<string, string>;
}

/** All rows of one environment, looked up the ways that pricers need. */
export interface RowIndex {
  byUrn(urn: string): Row | undefined;
  ofType(type: string): readonly Row[];
  /** Rows of one type under the same parent. */
  beside(row: Row, type: string): readonly Row[];
}

export function indexRows(rows: readonly Row[]): RowIndex {
  const byUrn = new Map(rows.map((row) => [row.urn, row]));
  const byType = Map.groupBy(rows, (row) => row.type);
  const byPlace = Map.groupBy(rows, (row) => `${row.parent} ${row.type}`);
  return {
    byUrn: (urn) => byUrn.get(urn),
    ofType: (type) => byType.get(type) ?? [],
    beside: (row, type) => byPlace.get(`${row.parent} ${type}`) ?? [],
  };
}
