import type { Complaint } from "../../problems.ts";
import { oneOf } from "../../words.ts";
import { countryOf } from "../sites.ts";
import { check } from "./check.ts";

/** Data above `public` is kept only in the countries that the environment allows. */
export const residency = check(
  ["pools", "sites", "privacy"],
  function* ({ pools, sites, privacy }): Iterable<Complaint> {
    for (const [name, pool] of Object.entries(pools)) {
      const site = sites[pool.site];
      if (site === undefined || pool.dataClass === "public") continue;
      const country = countryOf(site);
      if (privacy.residency.includes(country)) continue;
      yield {
        path: ["pools", name, "site"],
        got: `${pool.dataClass} data in ${country}, where site ${pool.site} stands`,
        expected: `a site in ${oneOf(privacy.residency)}, as \`privacy.residency\` says`,
        fix: `choose another site, write \`dataClass: public\`, or add ${country} to \`privacy.residency\``,
      };
    }
  },
);
