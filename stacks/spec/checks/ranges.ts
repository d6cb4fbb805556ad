import { MESH_RANGE } from "../../../components/mesh/range.ts";
import type { Complaint, Path } from "../../problems.ts";
import { oneOf } from "../../words.ts";
import { block, canonical, contains, overlap, prefixLength } from "./addresses.ts";
import { checkWith, type Facts } from "./check.ts";

/** RFC 1918; Hetzner takes no other range for a network. */
const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** Largest VPC that AWS allows, and the smallest that still has a sixteenth of at least 16 addresses for each zone. */
const VPC_PREFIX = { shortest: 16, longest: 24 };

interface Network {
  readonly range: string;
  readonly path: Path;
  readonly what: string;
}

const networksOf = ({ sites, cluster }: Pick<Facts, "sites"> & Partial<Pick<Facts, "cluster">>): Network[] => [
  ...(cluster === undefined
    ? []
    : [
        { range: cluster.podRange, path: ["cluster", "podRange"], what: "pods" },
        { range: cluster.serviceRange, path: ["cluster", "serviceRange"], what: "services" },
      ]),
  ...Object.entries(sites).flatMap(([name, site]) =>
    !("range" in site) ? [] : [{ range: site.range, path: ["sites", name, "range"], what: `site ${name}` }],
  ),
];

/** No two networks share an address: routes of sites, pods, services and the mesh meet on every node. */
export const separateRanges = checkWith(["sites"], ["cluster"], function* (facts): Iterable<Complaint> {
  const networks = [{ range: MESH_RANGE, path: [], what: "the mesh" }, ...networksOf(facts)];
  for (const [index, network] of networks.entries()) {
    const other = networks.slice(0, index).find(({ range }) => overlap(block(range), block(network.range)));
    if (other === undefined) continue;
    yield {
      path: network.path,
      got: `${network.range}, which overlaps ${other.range} of ${other.what}`,
      expected: "a range that no other network of the environment uses",
    };
  }
});

/** Ranges are private, begin at their first address, and have a size that their provider takes. */
export const rangeForms = checkWith(["sites"], ["cluster"], function* (facts): Iterable<Complaint> {
  for (const { range, path } of networksOf(facts)) {
    if (range !== canonical(range))
      yield { path, got: `${range}, which has host bits set`, expected: canonical(range) };
    else if (!PRIVATE_RANGES.some((outer) => contains(block(outer), block(range)))) {
      yield { path, got: `${range}, which is not private`, expected: `a range within ${oneOf(PRIVATE_RANGES)}` };
    }
  }
  for (const [name, site] of Object.entries(facts.sites)) {
    if (site.kind !== "aws") continue;
    const bits = prefixLength(site.range);
    if (bits >= VPC_PREFIX.shortest && bits <= VPC_PREFIX.longest) continue;
    yield {
      path: ["sites", name, "range"],
      got: `${site.range}, a VPC of ${2 ** (32 - bits)} addresses`,
      expected: `a range from /${VPC_PREFIX.shortest} to /${VPC_PREFIX.longest}`,
    };
  }
});
