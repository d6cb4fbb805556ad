import type * as pulumi from "@pulumi/pulumi";
import { BurstPool, type BurstInstanceType } from "../../components/compute/burst-pool.ts";
import { HetznerPool, type PoolNode } from "../../components/compute/hetzner-pool.ts";
import { nodeBundle } from "../../components/compute/node-config/bundle/bundle.ts";
import { cloudInit } from "../../components/compute/node-config/cloud-init.ts";
import type { NodeConfiguration } from "../../components/compute/node-configuration.ts";
import { ExternalPool } from "../../components/compute/external-pool.ts";
import { OnpremPool } from "../../components/compute/onprem-pool.ts";
import { labelsOf } from "../../components/labels.ts";
import { poolTag } from "../../components/mesh/tags.ts";
import { hostAddress } from "../../components/network/ranges.ts";
import type { FleetProviders } from "../../components/providers.ts";
import type { EnvironmentSpec } from "../spec/environment.ts";
import type { EnvironmentLock } from "../spec/lock.ts";
import { podsWithoutRoom } from "../spec/checks/capacity.ts";
import { allocatableOf } from "../spec/machines.ts";
import { entryOf, ofKind } from "../spec/of-kind.ts";
import type { PoolOf } from "../spec/pools.ts";
import { createAutoscalerIdentity } from "./autoscaler.ts";
import { burstFacts, hetznerFacts, onpremFacts } from "./bundles.ts";
import type { FleetNetworks } from "./networks.ts";
import { meshName, nodeName, poolAllocation } from "./nodes.ts";

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
  const surroundings = { spec, lock, networks, providers };
  const pools = Object.entries(ofKind(spec.pools, "hetzner"));
  const isServer = ([, { cluster }]: (typeof pools)[number]): boolean => cluster === "server";
  const hetzner: { name: string; pool: PoolOf<"hetzner">; created: HetznerPool }[] = [];
  let servers: readonly NodeConfiguration[] = [];
  // One server at a time, over all pools of servers; other pools start after the last of them, each one node at a time.
  for (const [name, pool] of [...pools.filter(isServer), ...pools.filter((each) => !isServer(each))]) {
    const created = createHetznerPool(name, pool, servers, surroundings);
    hetzner.push({ name, pool, created });
    if (pool.cluster === "server" && created.last !== undefined) servers = [created.last];
  }
  for (const [name, { provider, offer, gpus, endpoint, site, ...pool }] of Object.entries(
    ofKind(spec.pools, "external"),
  )) {
    const labels = labelsOf(poolAllocation(spec, name, pool));
    new ExternalPool(name, { site, pool: name, provider, offer, gpus, endpoint, labels });
  }
  for (const [name, pool] of Object.entries(ofKind(spec.pools, "onprem"))) {
    const { site, nodes: members, spares, leadTimeDays, economics } = pool;
    const labels = labelsOf(poolAllocation(spec, name, pool));
    const withoutRoom = podsWithoutRoom({ ...spec, lock }, name, pool);
    const configured = Object.fromEntries(
      Object.entries(members).map(([id, { state }]) => [
        id,
        { state, bundle: nodeBundle(onpremFacts({ spec, lock }, name, pool, id)), host: meshName(spec, name, id) },
      ]),
    );
    new OnpremPool(
      name,
      { site, pool: name, members: configured, after: servers, spares, leadTimeDays, withoutRoom, economics, labels },
      { providers: [providers.command] },
    );
  }
  const burst = Object.entries(ofKind(spec.pools, "aws")).map(([name, pool]) => ({
    name,
    created: createBurstPool(name, pool, surroundings),
  }));
  createAutoscalerIdentity(spec, providers);

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
  after: readonly NodeConfiguration[],
  { spec, lock, networks, providers }: Surroundings,
): HetznerPool {
  const { serverType, image, architecture } = entryOf("the lock's pools", ofKind(lock.pools, "hetzner"), name);
  const { location } = entryOf("sites", ofKind(spec.sites, "hetzner"), pool.site);
  const subnetId = entryOf("subnets", entryOf("networks", networks.private, pool.site).subnetIds, name);
  const members = Object.fromEntries(
    pool.nodes.map((number): [number, PoolNode] => {
      const facts = hetznerFacts({ spec, lock }, name, pool, number);
      const privateAddress = hostAddress(pool.subnet, number);
      const config = {
        hostname: facts.hostname,
        tailscale: facts.binaries.tailscale,
        architecture,
        advertiseRoutes: [`${privateAddress}/32`],
        acceptRoutes: false,
      };
      return [number, { privateAddress, config, bundle: nodeBundle(facts), host: meshName(spec, name, number) }];
    }),
  );
  return new HetznerPool(
    name,
    {
      serverType,
      location,
      image,
      backups: pool.backups,
      subnetId,
      tag: poolTag(spec.environment.name, name),
      labels: labelsOf(poolAllocation(spec, name, pool)),
      after,
      members,
    },
    { providers: [providers.hcloud, providers.tailscale, providers.command], protect: pool.protect },
  );
}

function createBurstPool(
  name: string,
  pool: PoolOf<"aws">,
  { spec, lock, networks, providers }: Surroundings,
): BurstPool {
  const locked = entryOf("the lock's pools", ofKind(lock.pools, "aws"), name);
  const network = entryOf("networks", networks.burst, pool.site);
  const [preferred, ...alternatives]: BurstInstanceType[] = locked.instanceTypes;
  if (preferred === undefined)
    throw new Error(`the lock's pools.${name}.instanceTypes is empty; run \`npm run resolve\``);
  const { federatedClientId } = spec.mesh;
  if (federatedClientId === undefined)
    throw new Error(`mesh.federatedClientId is not set; the nodes of pools.${name} join with it`);
  const facts = burstFacts({ spec, lock }, name, pool);
  const { k3s: node } = facts;
  const allocatable = allocatableOf(name, pool, lock);
  if (node === undefined || allocatable === undefined) throw new Error(`pools.${name} has no nodes in k3s`);
  const bundle = nodeBundle(facts);
  const userData = cloudInit({
    hostname: undefined,
    tailscale: facts.binaries.tailscale,
    architecture: facts.architecture,
    join: { federatedClientId, tag: poolTag(spec.environment.name, name) },
    advertiseRoutes: [],
    acceptRoutes: true,
    bundle,
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
      schedule: { hours: pool.hours, expires: pool.expires },
      capacityBlock: pool.capacityBlock,
      rootDiskGiB: pool.rootDiskGiB,
      userData,
      bundle,
      labels: labelsOf(poolAllocation(spec, name, pool)),
      node,
      allocatable,
    },
    { providers: [entryOf("sites", providers.aws, pool.site)] },
  );
}
