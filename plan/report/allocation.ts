import { Decimal } from "decimal.js";
import type { LineItem } from "../../policies/cost.ts";
import { POD_TYPES, podOf } from "../../policies/pods.ts";
import { amountOf } from "../../policies/quantity.ts";
import type { Row } from "../../policies/row.ts";
import { asText, below, itemsOf, placeIn } from "../../policies/values.ts";
import { type Layer, LAYERS, layerOf, memoryOn } from "../../stacks/workload-facts.ts";
import type { Overview } from "./contract.ts";
import type { Planned } from "./overview.ts";

type Allocation = Overview["allocation"];

/** What uses something, and whose it is: a workload, or an endpoint by which a team buys tokens. */
interface User {
  readonly name: string;
  readonly team: string;
}

interface Share extends User {
  readonly own: Decimal;
  readonly nodes: Decimal;
}

const BYTES_PER_MIB = 2 ** 20;
const BYTES_PER_GIB = 2 ** 30;
const NONE = new Decimal(0);

/**
 * Splits the expected month over workloads and their teams. What stands under a workload or endpoint is its own. Nodes
 * are split by the memory that pods ask for; what nobody asks for, of nodes that always run, is idle and stays named as
 * such. All else serves all, and is shared in proportion to what each has by then.
 */
export function allocationOf(planned: Planned): Allocation {
  const shares = new Map<string, Share>();
  const give = (user: User, part: Partial<Pick<Share, "own" | "nodes">>): void => {
    const key = `${user.team}/${user.name}`;
    const { own = NONE, nodes = NONE } = shares.get(key) ?? {};
    shares.set(key, { ...user, own: own.plus(part.own ?? NONE), nodes: nodes.plus(part.nodes ?? NONE) });
  };
  const pools = new Map<string, Decimal>();
  let common = NONE;
  for (const item of planned.cost.items) {
    const euros = new Decimal(item.expected.monthly);
    const { pool } = item.labels;
    const owner = ownerOf(item, planned);
    if (owner !== undefined) give(owner, { own: euros });
    else if (pool !== undefined) pools.set(pool, euros.plus(pools.get(pool) ?? NONE));
    else common = common.plus(euros);
  }
  const idle: Allocation["idle"] = [];
  for (const [pool, euros] of pools) {
    const asked = requestsOn(pool, planned);
    const wanted = asked.reduce((sum, { bytes }) => sum + bytes, 0);
    const bytes = standingBytes(pool, planned);
    // Nodes that come and go are there for who asks. Asked for more than there is, a pool has nothing idle.
    const whole = Math.max(bytes, wanted);
    const left = whole === 0 ? 0 : (whole - wanted) / whole;
    if (wanted === 0 && bytes === 0) common = common.plus(euros);
    else {
      const [rest = NONE, ...parts] = split(euros, [whole - wanted, ...asked.map(({ bytes: own }) => own)]);
      for (const [index, { user }] of asked.entries()) give(user, { nodes: parts[index] ?? NONE });
      if (!rest.isZero()) idle.push({ pool, euros: text(rest), memoryShare: Math.round(left * 1000) / 1000 });
    }
  }
  return { ...shown([...shares.values()], common, planned), idle };
}

/** Whose alone an item is. A rented endpoint answers for models alone, so it stands for itself. */
function ownerOf({ labels }: LineItem, { spec }: Planned): User | undefined {
  const { pool = "" } = labels;
  const rented = spec.pools[pool]?.kind === "external" ? pool : undefined;
  const name = labels["workload"] ?? labels["endpoint"] ?? rented;
  return name === undefined || labels["team"] === undefined ? undefined : { name, team: labels["team"] };
}

function shown(shares: readonly Share[], common: Decimal, { spec }: Planned): Omit<Allocation, "idle"> {
  const parts = split(
    common,
    shares.map(({ own, nodes }) => own.plus(nodes).toNumber()),
  );
  const full = shares.map((share, index) => {
    const shared = parts[index] ?? NONE;
    return { ...share, shared, total: Decimal.sum(share.own, share.nodes, shared) };
  });
  const isBought = (name: string): boolean =>
    spec.usage.tokens?.[name] !== undefined || spec.pools[name]?.kind === "external";
  const layerOfUser = (name: string): Layer => {
    const kind = spec.workloads[name]?.kind;
    if (kind !== undefined) return layerOf(kind);
    return isBought(name) ? "inference" : "deployment";
  };
  const workloads = full
    .toSorted((a, b) => b.total.cmp(a.total) || (a.name < b.name ? -1 : 1))
    .map(({ name, team, ...euros }) => ({ workload: name, team, layer: layerOfUser(name), ...texts(euros) }));
  const teams = [...Map.groupBy(full, ({ team }) => team)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([team, own]) => {
      const sum = (part: "own" | "nodes" | "shared" | "total"): Decimal =>
        Decimal.sum(...own.map((each) => each[part]));
      return { team, ...texts({ own: sum("own"), nodes: sum("nodes"), shared: sum("shared"), total: sum("total") }) };
    });
  return { teams, workloads, unassigned: text(parts.length === 0 ? common : NONE) };
}

/** The expected month by layer, in the order of {@link LAYERS}; what nobody uses belongs to what keeps all running. */
export const layersOf = ({ workloads, idle, unassigned }: Allocation): Overview["layers"] =>
  LAYERS.map((layer) => {
    const own = workloads.filter((each) => each.layer === layer);
    const rest = layer === "deployment" ? [unassigned, ...idle.map(({ euros }) => euros)] : [];
    const euros = Decimal.sum(0, ...rest, ...own.map(({ total }) => total));
    return { layer, euros: text(euros), workloads: own.map(({ workload }) => workload) };
  });

/** Parts of an amount by weight, to the cent; what rounding leaves goes to the heaviest. None if nothing weighs. */
function split(euros: Decimal, weights: readonly number[]): readonly Decimal[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (sum === 0) return [];
  const parts = weights.map((weight) => euros.times(weight).div(sum).toDecimalPlaces(2, Decimal.ROUND_DOWN));
  const heaviest = weights.indexOf(Math.max(...weights));
  const rest = euros.minus(Decimal.sum(0, ...parts));
  return parts.with(heaviest, rest.plus(parts[heaviest] ?? NONE));
}

const text = (euros: Decimal): string => euros.toFixed(2);
const texts = ({ own, nodes, shared, total }: Readonly<Record<"own" | "nodes" | "shared" | "total", Decimal>>) => ({
  own: text(own),
  nodes: text(nodes),
  shared: text(shared),
  total: text(total),
});

const STANDING = new Set(["hcloud:index/server:Server", "splitfleet:compute:OnpremNode"]);

/** Memory of the nodes of a pool that always run, in bytes. */
function standingBytes(pool: string, { rows, spec, lock }: Planned): number {
  const nodes = rows.filter(({ type, labels }) => STANDING.has(type) && labels.pool === pool).length;
  const own = spec.pools[pool];
  const chosen = lock.pools[pool];
  const memoryGiB = own?.kind === "onprem" ? own.hardware.memoryGiB : chosen?.kind === "hetzner" ? chosen.memoryGiB : 0;
  return nodes * memoryGiB * BYTES_PER_GIB;
}

interface Request {
  readonly user: User;
  readonly bytes: number;
}

/** What pods on a pool ask for, all replicas together. On nodes that always run, jobs come and go and count for nothing. */
function requestsOn(pool: string, planned: Planned): readonly Request[] {
  const own = planned.spec.pools[pool];
  if (own?.kind === "hetzner" && own.cluster === "none") return requestsOfCompose(pool, planned);
  const passes = own?.kind === "aws" ? () => true : ({ type }: Row) => !type.startsWith("kubernetes:batch/");
  return planned.rows
    .filter((row) => row.labels.pool === pool && row.labels.team !== undefined && POD_TYPES.includes(row.type))
    .filter(passes)
    .map((row) => {
      const { team = "", workload = row.name } = row.labels;
      const replicas = Number(asText(placeIn(row, "spec", "replicas").value) ?? 1);
      const bytes = itemsOf(below(podOf(row), "containers")).reduce((sum, container) => {
        const memory = asText(below(container, "resources", "requests", "memory").value);
        return memory === undefined ? sum : sum + replicas * amountOf(memory);
      }, 0);
      return { user: { name: workload, team }, bytes };
    });
}

/** Docker Compose runs what it is told in one project, of which the plan knows no pods. */
const requestsOfCompose = (pool: string, planned: Planned): readonly Request[] =>
  memoryOn(pool, planned).map(({ workload, team, memoryMiB }) => ({
    user: { name: workload, team },
    bytes: memoryMiB * BYTES_PER_MIB,
  }));
