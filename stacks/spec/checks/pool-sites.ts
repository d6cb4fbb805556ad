import { check, unknownName } from "./check.ts";

/** A pool stands on a site of its own kind. */
export const poolSites = check(["pools", "sites"], function* ({ pools, sites }) {
  for (const [name, pool] of Object.entries(pools)) {
    const path = ["pools", name, "site"];
    const site = sites[pool.site];
    const fitting = Object.keys(sites).filter((key) => sites[key]?.kind === pool.kind);
    if (site === undefined) yield unknownName(path, pool.site, `site of kind ${pool.kind}`, fitting);
    else if (site.kind !== pool.kind) {
      yield {
        ...unknownName(path, pool.site, `site of kind ${pool.kind}`, fitting),
        got: `"${pool.site}", a site of kind ${site.kind}`,
      };
    }
  }
});
