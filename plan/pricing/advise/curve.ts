import type { Decimal } from "decimal.js";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { Point } from "./contract.ts";
import { waysOf, type Place, type Way } from "./decide.ts";
import type { Profile } from "./profile.ts";

/** From a hundred requests a month to a hundred million, eight points to each factor of ten. */
const POINTS_PER_DECADE = 8;
const VOLUMES = Array.from({ length: 6 * POINTS_PER_DECADE + 1 }, (_, step) =>
  Math.round(100 * 10 ** (step / POINTS_PER_DECADE)),
);

export type Kind = Place | "hybrid";

/** `hybrid` where some of the workloads are answered in each place. */
export function kindOf({ workloads }: Way): Kind {
  const [first, ...others] = new Set(workloads.map(({ place }) => place));
  return first === undefined || others.length > 0 ? "hybrid" : first;
}

/** What each kind of way costs by volume, all else as in the profile. */
export const curveOf = (profile: Profile, catalogue: Catalogue): Point[] =>
  VOLUMES.map((requestsPerMonth) => {
    const ways = waysOf({ ...profile, requestsPerMonth }, catalogue);
    const cheapest = (kind: Kind): string | null => money(ways.find((way) => kindOf(way) === kind)?.totalEuros);
    return {
      requestsPerMonth,
      selfHostedEuros: cheapest("self-hosted"),
      hybridEuros: cheapest("hybrid"),
      apiEuros: cheapest("api"),
      cheapestEuros: money(ways[0]?.totalEuros),
    };
  });

const money = (euros: Decimal | undefined): string | null => euros?.toFixed(2) ?? null;

/**
 * The volume from which machines of one's own, for all or some of the workloads, cost no more than APIs alone; to the
 * whole request. Null if they never do, or if one of the two is not possible at all. Machines come one by one, so they
 * may lose again further on.
 */
export function breakEven(profile: Profile, catalogue: Catalogue): number | null {
  const pays = (requestsPerMonth: number): boolean => {
    const ways = waysOf({ ...profile, requestsPerMonth }, catalogue);
    const own = ways.find((way) => kindOf(way) !== "api");
    const api = ways.find((way) => kindOf(way) === "api");
    return own !== undefined && api !== undefined && own.totalEuros.lte(api.totalEuros);
  };
  const found = VOLUMES.findIndex(pays);
  if (found === -1) return null;
  let [below, from] = [VOLUMES[found - 1] ?? 0, VOLUMES[found] ?? 0];
  while (from - below > 1) {
    const middle = Math.floor((below + from) / 2);
    if (pays(middle)) from = middle;
    else below = middle;
  }
  return from;
}
