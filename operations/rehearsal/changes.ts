import type { Catalogue } from "../../plan/pricing/catalogue/catalogue.ts";
import type { ResolvedEnvironment } from "../../stacks/environment-file.ts";
import { demandOf, offeredBy, type PoolDemand } from "../../stacks/spec/checks/capacity.ts";
import { firstFit } from "../../stacks/spec/checks/first-fit.ts";
import type { Machine } from "../../stacks/spec/machines.ts";
import { entryOf, ofKind } from "../../stacks/spec/of-kind.ts";
import type { Pool, PoolOf } from "../../stacks/spec/pools.ts";
import { SERVER_TYPES } from "../../stacks/spec/server-types.ts";
import { count } from "../../stacks/words.ts";

/** One way to make room on a pool. */
export interface Change {
  /** For people, such as `cpx42 instead of cpx32`. */
  readonly what: string;
  /** The environment with it; undefined where no price is known of what it takes. */
  readonly environment: ResolvedEnvironment | undefined;
}

/** Nodes that a change may add at most. */
const MOST_MORE = 8;
/** Memory of one machine that a change may ask for at most, in GiB. */
const MOST_MEMORY = 4096;

/** Every larger machine, and more of them, with which all that a pool must take finds room. */
export function changesThatFit(
  environment: ResolvedEnvironment,
  name: string,
  catalogue: Catalogue,
): readonly Change[] {
  const { spec } = environment;
  const pool = entryOf("pools", spec.pools, name);
  const demand = demandOf({ ...spec, lock: environment.lock }, name, pool);
  if (demand === undefined) return [];
  switch (pool.kind) {
    case "hetzner":
      return hetznerChanges(environment, name, pool, demand, catalogue);
    case "onprem":
      return onpremChanges(environment, name, pool, demand);
    case "external":
      return [];
    case "aws": {
      const maximum = sizeThatFits(demand, pool);
      const what = `maximum: ${maximum} instead of ${pool.maximum}`;
      return maximum === undefined ? [] : [{ what, environment: withPool(environment, name, { ...pool, maximum }) }];
    }
  }
}

/** The least number of such machines, from `least` on, on which the pods find room. */
function sizeThatFits(demand: PoolDemand, pool: Pool, machine = demand.machine): number | undefined {
  const { pods, daemons, size: least } = demand;
  const offered = offeredBy(machine, pool);
  return Array.from({ length: MOST_MORE + 1 }, (_, more) => least + more).find(
    (size) => firstFit(pods, size, offered, daemons).homeless.length === 0,
  );
}

function hetznerChanges(
  environment: ResolvedEnvironment,
  name: string,
  pool: PoolOf<"hetzner">,
  demand: PoolDemand,
  catalogue: Catalogue,
): Change[] {
  const { machine, size } = demand;
  const locked = entryOf("the lock's pools", ofKind(environment.lock.pools, "hetzner"), name);
  const { location } = entryOf("sites", ofKind(environment.spec.sites, "hetzner"), pool.site);
  const types = Object.entries(SERVER_TYPES).filter(
    ([item, { vcpu, memoryGiB, architecture }]) =>
      architecture === locked.architecture &&
      vcpu >= machine.cpu &&
      memoryGiB * 1024 >= machine.memoryMiB &&
      item !== locked.serverType &&
      catalogue.find({ provider: "hetzner", kind: "server", item, region: location })?.orderable === true,
  );
  const same = { vcpu: locked.vcpu, memoryGiB: locked.memoryGiB, diskGiB: locked.diskGiB };
  return [[locked.serverType, same] as const, ...types].flatMap(([serverType, { vcpu, memoryGiB, diskGiB }]) => {
    const larger: Machine = { memoryMiB: memoryGiB * 1024, cpu: vcpu, gpus: 0, diskGiB };
    const wanted = sizeThatFits(demand, pool, larger);
    if (wanted === undefined) return [];
    const what = [
      ...(serverType === locked.serverType ? [] : [`${serverType} instead of ${locked.serverType}`]),
      ...(wanted === size ? [] : [`${count(wanted, "node")} instead of ${size}`]),
    ].join(", ");
    const highest = Math.max(...pool.nodes);
    const nodes = [...pool.nodes, ...Array.from({ length: wanted - size }, (_, index) => highest + 1 + index)];
    const changed = withPool(environment, name, { ...pool, nodes, serverTypes: [serverType] });
    const entry = { ...locked, serverType, vcpu, memoryGiB, diskGiB };
    const lock = { ...changed.lock, pools: { ...changed.lock.pools, [name]: entry } };
    return [{ what, environment: { ...changed, lock } }];
  });
}

/** One more machine has a price, as the pool states it; more memory in those that stand there has none. */
function onpremChanges(
  environment: ResolvedEnvironment,
  name: string,
  pool: PoolOf<"onprem">,
  demand: PoolDemand,
): Change[] {
  const { pods, daemons, machine, size } = demand;
  const wanted = sizeThatFits(demand, pool);
  const more = Array.from(
    { length: (wanted ?? size) - size },
    (_, index) => [`more-${index + 1}`, { state: "declared" }] as const,
  );
  const grown = withPool(environment, name, { ...pool, nodes: { ...pool.nodes, ...Object.fromEntries(more) } });
  const { memoryGiB } = pool.hardware;
  const enough = Array.from({ length: MOST_MEMORY - memoryGiB }, (_, index) => memoryGiB + 1 + index).find((memory) => {
    const larger = offeredBy({ ...machine, memoryMiB: memory * 1024 }, pool);
    return firstFit(pods, size, larger, daemons).homeless.length === 0;
  });
  return [
    ...(wanted === undefined ? [] : [{ what: `${count(wanted, "machine")} instead of ${size}`, environment: grown }]),
    ...(enough === undefined
      ? []
      : [{ what: `${enough} GiB of memory in each machine instead of ${memoryGiB}`, environment: undefined }]),
  ];
}

function withPool({ spec, lock }: ResolvedEnvironment, name: string, pool: Pool): ResolvedEnvironment {
  return { spec: { ...spec, pools: { ...spec.pools, [name]: pool } }, lock };
}
