import type { Complaint, Path } from "../../problems.ts";
import { check } from "./check.ts";

/** Addresses that Tailscale gives to devices: carrier-grade NAT space, RFC 6598. */
const MESH_RANGE = "100.64.0.0/10";

interface Range {
  readonly first: number;
  readonly last: number;
}

/** Addresses of an IPv4 range as numbers, from the start of the block that holds it. */
export function addresses(range: string): Range {
  const [address = "", bits = "32"] = range.split("/");
  const size = 2 ** (32 - Number(bits));
  const value = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const first = Math.floor(value / size) * size;
  return { first, last: first + size - 1 };
}

const overlap = (left: Range, right: Range): boolean => left.first <= right.last && right.first <= left.last;

/** No two networks share an address: routes of sites, pods, services and the mesh meet on every node. */
export const ranges = check(["sites", "cluster"], function* ({ sites, cluster }): Iterable<Complaint> {
  const networks: { range: string; path: Path; what: string }[] = [
    { range: MESH_RANGE, path: [], what: "the mesh" },
    { range: cluster.podRange, path: ["cluster", "podRange"], what: "pods" },
    { range: cluster.serviceRange, path: ["cluster", "serviceRange"], what: "services" },
    ...Object.entries(sites).flatMap(([name, site]) =>
      site.kind === "onprem" ? [] : [{ range: site.range, path: ["sites", name, "range"], what: `site ${name}` }],
    ),
  ];
  for (const [index, network] of networks.entries()) {
    const other = networks.slice(0, index).find(({ range }) => overlap(addresses(range), addresses(network.range)));
    if (other === undefined) continue;
    yield {
      path: network.path,
      got: `${network.range}, which overlaps ${other.range} of ${other.what}`,
      expected: "a range that no other network of the environment uses",
    };
  }
});
