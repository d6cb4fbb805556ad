import { providerId, registeredLabels, type Topology } from "../../components/compute/node-config/k3s.ts";
import { hostAddress } from "../../components/network/ranges.ts";
import { nodeName, poolAllocation, topologyOf } from "../../stacks/layers/nodes.ts";
import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";
import type { EnvironmentLock } from "../../stacks/spec/lock.ts";
import { allocatableOf, machineOf } from "../../stacks/spec/machines.ts";
import { entryOf } from "../../stacks/spec/of-kind.ts";
import { clusterOf } from "../../stacks/spec/optional-parts.ts";
import type { PoolOf } from "../../stacks/spec/pools.ts";

export interface NodeResources {
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly ephemeralStorageMiB: number;
  /** `nvidia.com/gpu`, as its device plugin reports them. */
  readonly gpus: number;
  /** `nvidia.com/mig-<profile>` by profile; left out where there are none. */
  readonly slices?: Readonly<Record<string, number>>;
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
  readonly taints: PoolOf<"hetzner" | "onprem" | "aws">["taints"];
}

/** The kubelet's default, which k3s leaves alone. */
const PODS_PER_NODE = 110;

/**
 * The nodes that are there before any workload asks for more: those of Hetzner pools that join the cluster, and on-prem
 * nodes that are not lost (a declared one counts as enrolled). Those of burst pools come with their instances.
 *
 * @throws Error if the lock does not know a pool; a checked environment never gets there
 */
export function nodesOf(spec: EnvironmentSpec, lock: EnvironmentLock): SimulatedNode[] {
  return Object.entries(spec.pools).flatMap(([poolName, pool]) => {
    if (pool.kind !== "hetzner" && pool.kind !== "onprem") return [];
    const site = entryOf("sites", spec.sites, pool.site);
    if (site.kind !== pool.kind)
      throw new Error(`pools.${poolName}.site: ${pool.site} is of another kind, ${site.kind}`);
    return idsOf(pool).map((id) => {
      const name = nodeName(spec, poolName, id);
      return simulate(spec, lock, poolName, {
        name,
        providerId: providerId(spec.environment.name, name),
        privateAddress: pool.kind === "hetzner" ? hostAddress(pool.subnet, Number(id)) : undefined,
        place: topologyOf(pool.site, site),
      });
    });
  });
}

/** An instance of a burst pool, as EC2 knows it. */
export interface BurstInstance {
  readonly instanceId: string;
  /** Such as `eu-north-1a`. */
  readonly zone: string;
  readonly privateAddress: string;
}

/** The node that an instance of a burst pool registers: named by its id, with a provider id by which it is found. */
export function burstNode(
  spec: EnvironmentSpec,
  lock: EnvironmentLock,
  poolName: string,
  { instanceId, zone, privateAddress }: BurstInstance,
): SimulatedNode {
  return simulate(spec, lock, poolName, {
    name: instanceId,
    providerId: `aws:///${zone}/${instanceId}`,
    privateAddress,
    place: { region: zone.slice(0, -1), zone },
  });
}

function idsOf(pool: PoolOf<"hetzner" | "onprem">): (string | number)[] {
  if (pool.kind === "hetzner") return pool.cluster === "none" ? [] : pool.nodes;
  return Object.entries(pool.nodes)
    .filter(([, { state }]) => state !== "lost")
    .map(([id]) => id);
}

interface Identity extends Pick<SimulatedNode, "name" | "providerId" | "privateAddress"> {
  readonly place: Topology;
}

function simulate(
  spec: EnvironmentSpec,
  lock: EnvironmentLock,
  poolName: string,
  { place, ...identity }: Identity,
): SimulatedNode {
  const pool = entryOf("pools", spec.pools, poolName);
  if (pool.kind !== "hetzner" && pool.kind !== "onprem" && pool.kind !== "aws") {
    throw new Error(`pools.${poolName} has no nodes of its own`);
  }
  const machine = machineOf(poolName, pool, lock);
  if (machine === undefined) throw new Error(`the lock's pools have no entry ${poolName}; run \`npm run resolve\``);
  const locked = lock.pools[poolName];
  const own = pool.kind === "onprem" ? pool.hardware.architecture : "amd64";
  const architecture = locked?.kind === "hetzner" ? locked.architecture : own;
  const { cpu, memoryMiB, gpus, slices, diskGiB } = machine;
  const accelerator = locked?.kind === "aws" && gpus > 0 ? locked.instanceTypes[0]?.gpuModel : undefined;
  const devices = slices === undefined ? { gpus } : { gpus, slices };
  const capacity = { cpu, memoryMiB, ephemeralStorageMiB: diskGiB * 1024, ...devices, pods: PODS_PER_NODE };
  return {
    ...identity,
    pool: poolName,
    architecture,
    kubeletVersion: clusterOf(spec).version,
    capacity,
    allocatable: { ...capacity, ...allocatableOf(poolName, pool, lock) },
    labels: {
      ...registeredLabels({ allocation: poolAllocation(spec, poolName, pool), topology: place, accelerator }),
      "kubernetes.io/hostname": identity.name,
      "kubernetes.io/os": "linux",
      "kubernetes.io/arch": architecture,
      ...(pool.kind === "hetzner" && pool.cluster === "server" ? SERVER_ROLES : {}),
    },
    taints: pool.taints,
  };
}

/** As k3s labels a server with embedded etcd; it sets no taint. */
const SERVER_ROLES = { "node-role.kubernetes.io/control-plane": "true", "node-role.kubernetes.io/etcd": "true" };
