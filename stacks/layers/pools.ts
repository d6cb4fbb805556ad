import type * as pulumi from "@pulumi/pulumi";
import { BurstPool, type BurstInstanceType } from "../../components/compute/burst-pool.ts";
import { HetznerPool, type PoolNode } from "../../components/compute/hetzner-pool.ts";
import { cloudInit, type CloudInitArgs } from "../../components/compute/node-config/cloud-init.ts";
import { ExternalPool } from "../../components/compute/external-pool.ts";
import { OnpremPool } from "../../components/compute/onprem-pool.ts";
import { labelsOf } from "../../components/labels.ts";
import type { MeshRole } from "../../components/mesh/tags.ts";
import { hostAddress } from "../../components/network/ranges.ts";
import type { FleetProviders } from "../../components/providers.ts";
import type { EnvironmentSpec } from "../spec/environment.ts";
import type { EnvironmentLock } from "../spec/lock.ts";
import { entryOf, ofKind } from "../spec/of-kind.ts";
import { reservedMiB } from "../spec/machines.ts";
import { clusterOf } from "../spec/optional-parts.ts";
import type { PoolOf } from "../spec/pools.ts";
import type { FleetNetworks } from "./networks.ts";
import { apiServerUrl, k3sServers, meshName, nodeName, poolAllocation, topologyOf } from "./nodes.ts";

export interface FleetNodes {
  readonly addresses: Readonly<Record<string, { readonly private: string; readonly public: pulumi.Output<string> }>>;
  readonly burstGroups: Readonly<Record<string, pulumi.Output<string>>>;
  readonly burstRoles: Readonly<Record<string, pulumi.Output<string>>>;
  /** The pool whose servers Vault runs on; what lives in Vault goes with it. */
  readonly vaultPool: HetznerPool | undefined;
  /** The pool of the k3s servers; what lives in the cluster goes with it. */
  readonly serverPool: HetznerPool | undefined;
  /** Pools whose nodes are not in the cluster. */
  readonly composePools: Readonly<Record<string, HetznerPool>>;
}

/** Every node of the fleet, pool by pool. */
export function createPools(
  spec: EnvironmentSpec,
  lock: EnvironmentLock,
  networks: FleetNetworks,
  providers: FleetProviders,
): FleetNodes {
  const hetzner = Object.entries(ofKind(spec.pools, "hetzner")).map(([name, pool]) => ({
    name,
    pool,
    created: createHetznerPool(name, pool, { spec, lock, networks, providers }),
  }));
  for (const [name, { provider, offer, gpus, endpoint, site, ...pool }] of Object.entries(
    ofKind(spec.pools, "external"),
  )) {
    const labels = labelsOf(poolAllocation(spec, name, pool));
    new ExternalPool(name, { site, pool: name, provider, offer, gpus, endpoint, labels });
  }
  for (const [name, pool] of Object.entries(ofKind(spec.pools, "onprem"))) {
    const labels = labelsOf(poolAllocation(spec, name, pool));
    new OnpremPool(name, { site: pool.site, pool: name, members: pool.nodes, economics: pool.economics, labels });
  }
  const burst = Object.entries(ofKind(spec.pools, "aws")).map(([name, pool]) => ({
    name,
    created: createBurstPool(name, pool, { spec, lock, networks, providers }),
  }));

  return {
    addresses: Object.fromEntries(
      hetzner.flatMap(({ name, pool, created }) =>
        Object.entries(created.nodes.members).map(([number, node]) => [
          nodeName(spec, name, number),
          { private: hostAddress(pool.subnet, Number(number)), public: node.publicAddress },
        ]),
      ),
    ),
    burstGroups: Object.fromEntries(burst.map(({ name, created }) => [name, created.groupName])),
    burstRoles: Object.fromEntries(burst.map(({ name, created }) => [name, created.roleArn])),
    vaultPool: hetzner.find(({ pool }) => pool.vault)?.created,
    serverPool: hetzner.find(({ pool }) => pool.cluster === "server")?.created,
    composePools: Object.fromEntries(
      hetzner.filter(({ pool }) => pool.cluster === "none").map(({ name, created }) => [name, created]),
    ),
  };
}

interface Surroundings {
  readonly spec: EnvironmentSpec;
  readonly lock: EnvironmentLock;
  readonly networks: FleetNetworks;
  readonly providers: FleetProviders;
}

function createHetznerPool(
  name: string,
  pool: PoolOf<"hetzner">,
  { spec, lock, networks, providers }: Surroundings,
): HetznerPool {
  const { serverType, image, architecture } = entryOf("the lock's pools", ofKind(lock.pools, "hetzner"), name);
  const { location } = entryOf("sites", ofKind(spec.sites, "hetzner"), pool.site);
  const subnetId = entryOf("subnets", entryOf("networks", networks.private, pool.site).subnetIds, name);
  const roles: MeshRole[] = [
    pool.cluster === "none" ? "compose" : pool.cluster,
    ...(pool.vault ? (["vault"] as const) : []),
    ...(pool.role === "operations" ? (["operations"] as const) : []),
  ];
  const members = Object.fromEntries(
    pool.nodes.map((number): [number, PoolNode] => [
      number,
      {
        privateAddress: hostAddress(pool.subnet, number),
        config: { ...hetznerNodeConfig(spec, name, pool, number), binaries: binariesOf(lock), architecture },
      },
    ]),
  );
  return new HetznerPool(
    name,
    {
      serverType,
      location,
      image,
      backups: pool.backups,
      subnetId,
      roles,
      labels: labelsOf(poolAllocation(spec, name, pool)),
      members,
    },
    { providers: [providers.hcloud, providers.tailscale], protect: pool.protect },
  );
}

function hetznerNodeConfig(
  spec: EnvironmentSpec,
  name: string,
  pool: PoolOf<"hetzner">,
  number: number,
): Pick<CloudInitArgs, "hostname" | "k3s" | "docker" | "advertiseRoutes" | "acceptRoutes"> {
  const privateAddress = hostAddress(pool.subnet, number);
  const servers = k3sServers(spec);
  const founder = servers[0]?.pool === name && servers[0].number === number;
  return {
    hostname: nodeName(spec, name, number),
    advertiseRoutes: [`${privateAddress}/32`],
    acceptRoutes: false,
    docker: pool.cluster !== "none" ? undefined : pool.coolify ? "coolify" : "compose",
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
            podRange: clusterOf(spec).podRange,
            serviceRange: clusterOf(spec).serviceRange,
            tlsNames: servers.map((server) => meshName(spec, server.pool, server.number)),
          },
  };
}

function createBurstPool(
  name: string,
  pool: PoolOf<"aws">,
  { spec, lock, networks, providers }: Surroundings,
): BurstPool {
  const locked = entryOf("the lock's pools", ofKind(lock.pools, "aws"), name);
  const network = entryOf("networks", networks.burst, pool.site);
  const allocation = poolAllocation(spec, name, pool);
  const [preferred, ...alternatives]: BurstInstanceType[] = locked.instanceTypes;
  if (preferred === undefined)
    throw new Error(`the lock's pools.${name}.instanceTypes is empty; run \`npm run resolve\``);
  const { federatedClientId } = spec.mesh;
  if (federatedClientId === undefined)
    throw new Error(`mesh.federatedClientId is not set; the nodes of pools.${name} join with it`);
  const userData = cloudInit({
    hostname: undefined,
    binaries: binariesOf(lock),
    architecture: "amd64",
    join: { federatedClientId },
    advertiseRoutes: [],
    acceptRoutes: true,
    k3s: {
      role: "agent",
      privateAddress: undefined,
      serverUrl: apiServerUrl(spec, "mesh"),
      allocation,
      taints: pool.taints,
      cloud: "aws",
      topology: undefined,
      reservedMemoryMiB: reservedMiB(pool),
      podRange: clusterOf(spec).podRange,
      serviceRange: clusterOf(spec).serviceRange,
      tlsNames: [],
    },
  });
  return new BurstPool(
    name,
    {
      cluster: spec.environment.name,
      instanceTypes: [preferred, ...alternatives],
      image: locked.image,
      subnetIds: network.subnetIds,
      securityGroupId: network.securityGroupId,
      minimum: pool.minimum,
      maximum: pool.maximum,
      maximumPriceShare: pool.maximumPriceShare,
      rootDiskGiB: pool.rootDiskGiB,
      userData,
      labels: labelsOf(allocation),
      taints: pool.taints,
    },
    { providers: [entryOf("sites", providers.aws, pool.site)] },
  );
}

function binariesOf(lock: EnvironmentLock): CloudInitArgs["binaries"] {
  const { k3s, coolify } = lock.binaries;
  return {
    tailscale: entryOf("the lock's binaries", lock.binaries, "tailscale"),
    ...(k3s === undefined ? {} : { k3s }),
    ...(coolify === undefined ? {} : { coolify }),
  };
}
