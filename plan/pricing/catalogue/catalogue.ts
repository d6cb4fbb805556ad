import { EVERYWHERE, type Kind, type Price } from "./schema.ts";

/** Which price is asked for. */
export interface PriceQuery {
  readonly provider: string;
  readonly kind: Kind;
  readonly item: string;
  readonly region: string;
  /** ISO date that decides between cohorts. Default: today, that is, a new order. */
  readonly orderedOn?: string | undefined;
}

/** All prices, by what they are for. */
export interface Catalogue {
  readonly prices: readonly Price[];
  /** The newest price of the newest cohort that such an order belongs to; the region's own before everywhere's. */
  find(query: PriceQuery): Price | undefined;
  /** What {@link find} gives, then the same list's prices for larger quantities, lowest {@link Price.from} first. */
  tiers(query: PriceQuery): readonly Price[];
  /** Units of `currency` for one euro, as a dated price; undefined for EUR itself. */
  rate(currency: string): Price | undefined;
}

/** A catalogue over prices that are already checked; {@link loadCatalogue} reads and checks them. */
export function catalogueOf(prices: readonly Price[], today: string): Catalogue {
  const known = prices.filter(({ observedAt }) => observedAt <= today);
  const newestFirst = known.toSorted((a, b) => order(b.cohort, a.cohort) || order(b.observedAt, a.observedAt));
  const byUse = Map.groupBy(newestFirst, useOf);
  const find = ({ provider, kind, item, region, orderedOn = today }: PriceQuery): Price | undefined => {
    const newestAt = (place: string): Price | undefined =>
      byUse
        .get(key(provider, kind, item, place))
        ?.find(({ cohort = "", from }) => from === undefined && cohort <= orderedOn);
    return newestAt(region) ?? newestAt(EVERYWHERE);
  };
  const tiers = (query: PriceQuery): readonly Price[] => {
    const first = find(query);
    if (first === undefined) return [];
    const { cohort, observedAt } = first;
    return (byUse.get(useOf(first)) ?? [])
      .filter((price) => price.cohort === cohort && price.observedAt === observedAt)
      .toSorted((a, b) => Number(a.from ?? 0) - Number(b.from ?? 0));
  };
  return {
    prices,
    find,
    tiers,
    rate: (currency) => find({ provider: "exchange", kind: "exchange-rate", item: currency, region: EVERYWHERE }),
  };
}

const useOf = ({ provider, kind, item, region }: Price): string => key(provider, kind, item, region);
const key = (...parts: string[]): string => parts.join("/");
const order = (a = "", b = ""): number => (a < b ? -1 : a > b ? 1 : 0);
