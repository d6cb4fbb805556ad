import { RESERVED } from "../../../components/network/ranges.ts";
import type { Complaint } from "../../problems.ts";
import { ofKind } from "../of-kind.ts";
import { block, canonical, contains, overlap } from "./addresses.ts";
import { check } from "./check.ts";

/** A pool's subnet is its own part of its site's range. */
export const poolSubnets = check(["pools", "sites"], function* ({ pools, sites }): Iterable<Complaint> {
  const hetzner = Object.entries(ofKind(pools, "hetzner"));
  for (const [index, [name, pool]] of hetzner.entries()) {
    const path = ["pools", name, "subnet"];
    const site = sites[pool.site];
    const other = hetzner.slice(0, index).find(([, { subnet }]) => overlap(block(subnet), block(pool.subnet)));
    if (pool.subnet !== canonical(pool.subnet)) {
      yield { path, got: `${pool.subnet}, which has host bits set`, expected: canonical(pool.subnet) };
    } else if (site?.kind === "hetzner" && !contains(block(site.range), block(pool.subnet))) {
      yield { path, got: `${pool.subnet}, which is not within site ${pool.site}`, expected: `a part of ${site.range}` };
    }
    if (other !== undefined) {
      yield {
        path,
        got: `${pool.subnet}, which overlaps ${other[1].subnet} of pool ${other[0]}`,
        expected: "a subnet of the pool's own",
      };
    }
  }
});

/** Every node has an address in its pool's subnet. */
export const nodeAddresses = check(["pools"], function* ({ pools }): Iterable<Complaint> {
  for (const [name, { subnet, nodes }] of Object.entries(ofKind(pools, "hetzner"))) {
    const { first, last } = block(subnet);
    // The last address is the subnet's broadcast address.
    const highest = last - first - 1 - RESERVED;
    for (const [index, node] of nodes.entries()) {
      if (node <= highest) continue;
      yield {
        path: ["pools", name, "nodes", index],
        got: String(node),
        expected:
          highest < 1
            ? `a subnet with room for nodes; ${subnet} has none`
            : `a number up to ${highest}: ${subnet} ends there`,
        fix: "choose a larger subnet",
      };
    }
  }
});
