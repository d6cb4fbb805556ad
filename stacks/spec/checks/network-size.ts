import type { Complaint } from "../../problems.ts";
import { check } from "./check.ts";

/** Servers that one Hetzner network takes, from Hetzner's networks FAQ (November 2026). */
const SERVERS_PER_NETWORK = 100;

/** All servers of a Hetzner site are attached to its one network. */
export const networkSize = check(["pools", "sites"], function* ({ pools, sites }): Iterable<Complaint> {
  for (const name of Object.keys(sites)) {
    const members = Object.values(pools).flatMap((pool) => (pool.kind === "hetzner" && pool.site === name ? [pool.nodes.length] : []));
    const servers = members.reduce((sum, nodes) => sum + nodes, 0);
    if (servers <= SERVERS_PER_NETWORK) continue;
    yield {
      path: ["sites", name],
      atKey: true,
      got: `${servers} servers in one Hetzner network`,
      expected: `at most ${SERVERS_PER_NETWORK}`,
      fix: "put some of the pools on a second site",
    };
  }
});
