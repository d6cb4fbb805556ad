import { createHash } from "node:crypto";
import { oldestDriver } from "../../components/compute/gpu-drivers.ts";
import type { NodeBinaries, NodeFacts } from "../../components/compute/node-config/bundle/bundle.ts";
import type { BurstRole } from "../../components/compute/node-config/bundle/burst.ts";
import type { PrivateNeighbours } from "../../components/compute/node-config/bundle/filter.ts";
import type { VaultRole } from "../../components/compute/node-config/bundle/vault.ts";
import type { K3sRole } from "../../components/compute/node-config/k3s.ts";
import { hostAddress } from "../../components/network/ranges.ts";
import { mountsOf } from "../../components/secrets/vault-engines.ts";
import { k3sSecret } from "../admission.ts";
import type { EnvironmentSpec } from "../spec/environment.ts";
import type { EnvironmentLock } from "../spec/lock.ts";
import { reservedMiB } from "../spec/machines.ts";
import { entryOf, ofKind } from "../spec/of-kind.ts";
import { clusterOf, hasVault } from "../spec/optional-parts.ts";
import type { PoolOf } from "../spec/pools.ts";
import { apiServerUrl, burstLogin, k3sServers, meshName, nodeName, poolAllocation, topologyOf } from "./nodes.ts";

/** Places on a node that operations use there. */
export { NODE_ROOT } from "../../components/compute/node-config/install.ts";
export { SNAPSHOT_CREDENTIALS } from "../../components/compute/node-config/k3s.ts";

/** What every node of a pool has in common with the others of its environment. */
export interface Environment {
  readonly spec: EnvironmentSpec;
  readonly lock: EnvironmentLock;
}

/** What decides the configuration of one node at Hetzner. */
export function hetznerFacts(
  { spec, lock }: Environment,
  name: string,
  pool: PoolOf<"hetzner">,
  number: number,
): NodeFacts {
  const { architecture } = entryOf("the lock's pools", ofKind(lock.pools, "hetzner"), name);
  const privateAddress = hostAddress(pool.subnet, number);
  const hostname = nodeName(spec, name, number);
  const servers = k3sServers(spec);
  const founder = servers[0]?.pool === name && servers[0].number === number;
  const peers = vaultNodes(spec).filter((node) => node.privateAddress !== privateAddress);
  return {
    hostname,
    provider: "hetzner",
    architecture,
    binaries: binariesOf(lock),
    docker: pool.cluster !== "none" ? undefined : pool.coolify ? "coolify" : "compose",
    vault: pool.vault ? { hostname, privateAddress, meshName: meshName(spec, name, number), peers } : undefined,
    neighbours: neighboursOf(spec, pool, privateAddress),
    place: number,
    window: undefined,
    k3s:
      pool.cluster === "none"
        ? undefined
        : {
            role: pool.cluster,
            privateAddress,
            serverUrl: founder ? undefined : apiServerUrl(spec, "private"),
            allocation: poolAllocation(spec, name, pool),
            taints: pool.taints,
            cloud: undefined,
            topology: topologyOf(pool.site, entryOf("sites", ofKind(spec.sites, "hetzner"), pool.site)),
            reservedMemoryMiB: reservedMiB(pool),
            tlsNames: servers.map((server) => meshName(spec, server.pool, server.number)),
            ...snapshotsOf(spec, pool),
            ...(pool.cluster === "server" ? { issuer: clusterOf(spec).issuer } : {}),
            ...rangesOf(spec),
          },
  };
}

/** What decides the configuration of one owned machine. */
export function onpremFacts({ spec, lock }: Environment, name: string, pool: PoolOf<"onprem">, id: string): NodeFacts {
  const { maintenance } = pool;
  return {
    hostname: nodeName(spec, name, id),
    provider: "onprem",
    architecture: pool.hardware.architecture,
    binaries: binariesOf(lock),
    docker: undefined,
    vault: undefined,
    neighbours: undefined,
    place: placeOf(id),
    window: maintenance === undefined ? undefined : { ...maintenance, day: weekday(maintenance.day) },
    k3s: {
      ...foreignAgent({ spec, lock }, name, pool),
      cloud: undefined,
      topology: topologyOf(pool.site, entryOf("sites", ofKind(spec.sites, "onprem"), pool.site)),
    },
  };
}

/** What decides the configuration of every node of a burst pool: they are all alike. */
export const burstFacts = ({ spec, lock }: Environment, name: string, pool: PoolOf<"aws">): NodeFacts => ({
  hostname: undefined,
  provider: "aws",
  architecture: "amd64",
  binaries: binariesOf(lock),
  docker: undefined,
  vault: undefined,
  neighbours: undefined,
  place: 0,
  window: undefined,
  k3s: {
    ...foreignAgent({ spec, lock }, name, pool),
    accelerator: gpusOf(lock, name)?.model,
    cloud: "aws",
    topology: undefined,
  },
  burst: burstRole({ spec, lock }, name, pool),
});

function burstRole({ spec, lock }: Environment, name: string, pool: PoolOf<"aws">): BurstRole | undefined {
  if (!hasVault(spec)) return undefined;
  const { address, mount } = spec.secrets.vault;
  const { aws, kv } = mountsOf(mount);
  const gpus = gpusOf(lock, name);
  return {
    vault: address,
    mount: aws,
    role: burstLogin(spec, name),
    secret: `${kv}/data/${k3sSecret(spec.environment.name, "agent-token")}`,
    gpus: gpus?.count ?? 0,
    leastDriver: pool.minimumDriver ?? newest((gpus?.models ?? []).map(oldestDriver)),
  };
}

/** GPUs of each instance of a burst pool; undefined where it has none. */
function gpusOf(
  lock: EnvironmentLock,
  name: string,
): { readonly count: number; readonly model: string; readonly models: readonly string[] } | undefined {
  const { instanceTypes } = entryOf("the lock's pools", ofKind(lock.pools, "aws"), name);
  const [first] = instanceTypes;
  if (first === undefined || first.gpus === 0) return undefined;
  return { count: first.gpus, model: first.gpuModel, models: instanceTypes.map(({ gpuModel }) => gpuModel) };
}

/** Of versions of NVIDIA's driver. */
const newest = (versions: readonly string[]): string =>
  versions.toSorted((a, b) => b.localeCompare(a, "en", { numeric: true }))[0] ?? "0";

/** Each environment has a folder of its own in the bucket. */
function snapshotsOf(spec: EnvironmentSpec, pool: PoolOf<"hetzner">): Pick<K3sRole, "snapshots"> {
  const { snapshots } = clusterOf(spec);
  if (pool.cluster !== "server" || snapshots === undefined) return {};
  return { snapshots: { ...snapshots, folder: spec.environment.name } };
}

type ForeignAgent = Omit<K3sRole, "cloud" | "topology">;

/** A node that reaches the API server, and is reached by its peers, over the mesh. */
const foreignAgent = ({ spec }: Environment, name: string, pool: PoolOf<"onprem" | "aws">): ForeignAgent => ({
  role: "agent",
  privateAddress: undefined,
  serverUrl: apiServerUrl(spec, "mesh"),
  allocation: poolAllocation(spec, name, pool),
  taints: pool.taints,
  reservedMemoryMiB: reservedMiB(pool),
  tlsNames: [],
  ...rangesOf(spec),
});

function rangesOf(spec: EnvironmentSpec): Pick<K3sRole, "podRange" | "serviceRange"> {
  const { podRange, serviceRange } = clusterOf(spec);
  return { podRange, serviceRange };
}

/** The nodes that Vault runs on. */
const vaultNodes = (spec: EnvironmentSpec): VaultRole["peers"] =>
  Object.entries(ofKind(spec.pools, "hetzner"))
    .filter(([, { vault }]) => vault)
    .flatMap(([name, { subnet, nodes }]) =>
      nodes.map((number) => ({
        privateAddress: hostAddress(subnet, number),
        meshName: meshName(spec, name, number),
      })),
    );

function neighboursOf(spec: EnvironmentSpec, pool: PoolOf<"hetzner">, own: string): PrivateNeighbours {
  const { range } = entryOf("sites", ofKind(spec.sites, "hetzner"), pool.site);
  const pools = ofKind(spec.pools, "hetzner");
  const servers = k3sServers(spec).map(({ pool: name, number }) =>
    hostAddress(entryOf("pools", pools, name).subnet, number),
  );
  const others = (addresses: readonly string[]): string[] => addresses.filter((address) => address !== own);
  return {
    range,
    servers: pool.cluster === "server" ? others(servers) : [],
    vault: pool.vault ? others(vaultNodes(spec).map(({ privateAddress }) => privateAddress)) : [],
  };
}

/** A number for a node that has a name alone: it stays when another one comes or goes. */
const placeOf = (id: string): number => createHash("sha256").update(id).digest().readUInt16BE();

/** `monday` as systemd names it. */
const weekday = (day: string): string => `${day.charAt(0).toUpperCase()}${day.slice(1, 3)}`;

function binariesOf(lock: EnvironmentLock): NodeBinaries {
  const { k3s, vault, coolify } = lock.binaries;
  return {
    tailscale: entryOf("the lock's binaries", lock.binaries, "tailscale"),
    ...(k3s === undefined ? {} : { k3s }),
    ...(vault === undefined ? {} : { vault }),
    ...(coolify === undefined ? {} : { coolify }),
  };
}
