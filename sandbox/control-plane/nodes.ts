import { providerId, topologyLabels, type Topology } from "../../components/compute/node-config/k3s.ts";
import { labelsOf } from "../../components/labels.ts";
import { hostAddress } from "../../components/network/ranges.ts";
import { nodeName, poolAllocation, topologyOf } from "../../stacks/layers/nodes.ts";
import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";
import type { EnvironmentLock } from "../../stacks/spec/lock.ts";
import { machineOf, RESERVED_DISK_SHARE, reservedMiB } from "../../stacks/spec/machines.ts";
import { entryOf } from "../../stacks/spec/of-kind.ts";
import type { Pool } from "../../stacks/spec/pools.ts";
import type { Site } from "../../stacks/spec/sites.ts";

export interface NodeResources {
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly ephemeralStorageMiB: number;
  /** `nvidia.com/gpu`, as its device plugin reports them. */
  readonly gpus: number;
  readonly pods: number;
}

/** A node as the fleet's own would register. */
export interface SimulatedNode {
  readonly name: string;
  readonly pool: string;
  readonly providerId: string;
  /** Undefined where the mesh gives it. */
  readonly privateAddress: string | undefined;
  readonly architecture: "amd64" | "arm64";
  /** Of k3s, such as `v1.36.2+k3s1`. */
  readonly kubeletVersion: string;
  /** The machine as its vendor names it. */
  readonly capacity: NodeResources;
  /** What is left for pods after the system, the mesh, k3s and Vault. */
  readonly allocatable: NodeResources;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: Pool["taints"];
}

/** The kubelet's default, which k3s leaves alone. */
const PODS_PER_NODE = 110;

/**
 * The nodes that are there after `up`: those of Hetzner pools that join the cluster, on-prem nodes that are not lost (a
 * declared one counts as enrolled), and of a burst pool its minimum.
 *
 * @throws Error if the lock does not know a pool; a checked environment never gets there
 */
export function nodesOf(spec: EnvironmentSpec, lock: EnvironmentLock): SimulatedNode[] {
  return Object.entries(spec.pools).flatMap(([name, pool]) =>
    idsOf(pool).map((id) => simulate(spec, lock, name, pool, id)),
  );
}

function idsOf(pool: Pool): (string | number)[] {
  switch (pool.kind) {
    case "hetzner":
      return pool.cluster === "none" ? [] : pool.nodes;
    case "onprem":
      return Object.entries(pool.nodes)
        .filter(([, { state }]) => state !== "lost")
        .map(([id]) => id);
    case "aws":
      return Array.from({ length: pool.minimum }, (_, index) => index + 1);
  }
}

function simulate(
  spec: EnvironmentSpec,
  lock: EnvironmentLock,
  poolName: string,
  pool: Pool,
  id: string | number,
): SimulatedNode {
  const machine = machineOf(poolName, pool, lock);
  if (machine === undefined) throw new Error(`the lock's pools have no entry ${poolName}; run \`npm run resolve\``);
  const name = nodeName(spec, poolName, id);
  const locked = lock.pools[poolName];
  const architecture = locked?.kind === "hetzner" ? locked.architecture : "amd64";
  const place = placeOf(pool.site, entryOf("sites", spec.sites, pool.site), lock.pools[poolName], Number(id));
  const { cpu, memoryMiB, gpus, diskGiB } = machine;
  const capacity = { cpu, memoryMiB, ephemeralStorageMiB: diskGiB * 1024, gpus, pods: PODS_PER_NODE };
  return {
    name,
    pool: poolName,
    providerId: pool.kind === "aws" ? `aws:///${place.zone}/${name}` : providerId(spec.environment.name, name),
    privateAddress: pool.kind === "hetzner" ? hostAddress(pool.subnet, Number(id)) : undefined,
    architecture,
    kubeletVersion: spec.cluster.version,
    capacity,
    allocatable: {
      ...capacity,
      memoryMiB: memoryMiB - reservedMiB(pool),
      ephemeralStorageMiB: Math.floor(capacity.ephemeralStorageMiB * (1 - RESERVED_DISK_SHARE)),
    },
    labels: {
      ...labelsOf(poolAllocation(spec, poolName, pool)),
      "kubernetes.io/hostname": name,
      "kubernetes.io/os": "linux",
      "kubernetes.io/arch": architecture,
      ...topologyLabels(place),
      ...(pool.kind === "hetzner" && pool.cluster === "server" ? SERVER_ROLES : {}),
    },
    taints: pool.taints,
  };
}

/** As k3s labels a server with embedded etcd; it sets no taint. */
const SERVER_ROLES = { "node-role.kubernetes.io/control-plane": "true", "node-role.kubernetes.io/etcd": "true" };

/** The nodes of a burst pool take its zones in turn. */
function placeOf(
  name: string,
  site: Site,
  locked: EnvironmentLock["pools"][string] | undefined,
  number: number,
): Topology {
  if (site.kind !== "aws") return topologyOf(name, site);
  const zones = locked?.kind === "aws" ? locked.zones : [];
  return { region: site.region, zone: zones[(number - 1) % zones.length] ?? site.region };
}
