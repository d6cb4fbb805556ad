import type { Complaint } from "../../problems.ts";
import { count } from "../../words.ts";
import { ofKind } from "../of-kind.ts";
import { check } from "./check.ts";

/** Servers that one Hetzner network takes, from Hetzner's networks FAQ (November 2026). */
const SERVERS_PER_NETWORK = 100;

/** All servers of a Hetzner site are attached to its one network. */
export const networkSize = check(["pools", "sites"], function* ({ pools, sites }): Iterable<Complaint> {
  for (const name of Object.keys(ofKind(sites, "hetzner"))) {
    const members = Object.values(ofKind(pools, "hetzner")).filter(({ site }) => site === name);
    const servers = members.reduce((sum, { nodes }) => sum + nodes.length, 0);
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

/** A Capacity Block holds instances of one type in one zone. */
export const capacityBlocks = check(["pools"], function* ({ pools }): Iterable<Complaint> {
  for (const [name, { capacityBlock, instanceTypes, zones }] of Object.entries(ofKind(pools, "aws"))) {
    if (capacityBlock === undefined) continue;
    for (const [key, list] of Object.entries({ instanceTypes, zones })) {
      if (list.length === 1) continue;
      const got = `${list.length} of them, with a Capacity Block`;
      yield { path: ["pools", name, key], got, expected: "one, as it was offered" };
    }
  }
});

/** A burst pool's least size is not above its greatest. */
export const burstSize = check(["pools"], function* ({ pools }): Iterable<Complaint> {
  for (const [name, { minimum, maximum }] of Object.entries(ofKind(pools, "aws"))) {
    if (minimum <= maximum) continue;
    yield {
      path: ["pools", name, "minimum"],
      got: count(minimum, "node"),
      expected: `at most ${maximum}, the pool's \`maximum\``,
    };
  }
});
