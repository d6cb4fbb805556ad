import type { Row } from "../../policies/row.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";

/** Hours of the average month: 365 x 24 / 12. Every provider's calculator uses it. */
export const HOURS_PER_MONTH = 730;

/** Expected use where the plan can not say, by pool. The `usage` section of an environment has this shape. */
export interface Usage {
  readonly pools: { readonly [pool: string]: { readonly nodeHoursPerMonth: number } };
}

/** What every pricer may look at beside its row. */
export interface PricingContext {
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
