import { Decimal } from "decimal.js";
import { sumOf, type Burn, type Cost } from "../../policies/cost.ts";

/** A named part of a cost. */
export interface CostShare {
  readonly name: string;
  readonly expected: Burn;
  readonly worst: Burn;
}

/** By pool, by workload where there is no pool, dearest in the worst case first. The parts add up to the whole. */
export function sharesOf(cost: Cost): readonly CostShare[] {
  const nameOf = ({ pool, workload }: Readonly<Record<string, string>>): string =>
    pool !== undefined ? `pool ${pool}` : workload !== undefined ? `workload ${workload}` : "shared";
  const groups = Map.groupBy(cost.items, ({ labels }) => nameOf(labels));
  return [...groups]
    .map(([name, items]) => ({ name, expected: sumOf(items, "expected"), worst: sumOf(items, "worst") }))
    .toSorted((a, b) => new Decimal(b.worst.monthly).cmp(a.worst.monthly) || (a.name < b.name ? -1 : 1));
}

/** Several parts as one. */
export function together(name: string, shares: readonly CostShare[]): CostShare {
  const sum = (burn: "expected" | "worst", period: keyof Burn): string =>
    shares.reduce((total, share) => total.plus(share[burn][period]), new Decimal(0)).toFixed();
  return {
    name,
    expected: { hourly: sum("expected", "hourly"), monthly: sum("expected", "monthly") },
    worst: { hourly: sum("worst", "hourly"), monthly: sum("worst", "monthly") },
  };
}

/** Two decimals, thousands apart: `44 817.55`. */
export const amount = (euros: Decimal.Value): string =>
  new Decimal(euros).toFixed(2).replaceAll(/\B(?=(?:\d{3})+\.)/g, " ");
