import type { Catalogue } from "../catalogue/catalogue.ts";
import type { Price } from "../catalogue/schema.ts";

/**
 * The prices that are charged, by id: of everything observed for one use and cohort, those of the newest observation.
 * What it replaced stays in the catalogue as history and is left out here.
 */
export function pricesInForce(catalogue: Catalogue): ReadonlyMap<string, Price> {
  const uses = Map.groupBy(catalogue.prices, useOf);
  const newest = [...uses.values()].flatMap((observed) => {
    const last = observed.reduce((latest, { observedAt }) => (observedAt > latest ? observedAt : latest), "");
    return observed.filter(({ observedAt }) => observedAt === last);
  });
  return new Map(newest.map((price) => [price.id, price]));
}

const useOf = ({ provider, kind, item, region, cohort = "" }: Price): string =>
  [provider, kind, item, region, cohort].join("/");
