import { type MeshEnvironment, type MeshFlow, type MeshPool, PEOPLE } from "../../components/mesh/flow.ts";
import { operatorsOf } from "../../components/mesh/policy.ts";
import { poolTag } from "../../components/mesh/tags.ts";
import { hostAddress } from "../../components/network/ranges.ts";
import { poolNetworks } from "../../components/runtime/compose/networks.ts";
import type { RegisteredKind } from "../../components/workloads/extensions.ts";
import { catalogueOf } from "../../components/workloads/facts.ts";
import { planWorkloads, type PlannedWorkload } from "../../components/workloads/plan.ts";
import type { Pool } from "../spec/pools.ts";
import type { Environment } from "./bundles.ts";
import { nodeName } from "./nodes.ts";

const SSH_PORT = 22;
const API_PORT = 6443;
const VAULT_PORT = 8200;
const KUBELET_PORT = 10250;
/** Of Flannel's VXLAN on Linux. */
const VXLAN_PORT = 8472;
/** Coolify's dashboard, its events and its terminal (https://coolify.io/docs/knowledge-base/server/firewall). */
const COOLIFY_PORTS = [8000, 6001, 6002];

/** A pool with the selectors by which the policy names its nodes. */
interface Member {
  readonly name: string;
  readonly pool: Exclude<Pool, { kind: "external" }>;
  readonly tag: string;
  /** Of the private addresses that its nodes announce; undefined for foreign nodes, which have none. */
  readonly range: string | undefined;
}

/**
 * Everything of an environment that goes over the mesh. Between Hetzner's private addresses nothing does: those nodes take no
 * routes, and their own packet filters judge.
 *
 * @param kinds Definitions of its workloads; every registered one unless given.
 */
export function meshEnvironment({ spec, lock }: Environment, kinds?: readonly RegisteredKind[]): MeshEnvironment {
  const environment = spec.environment.name;
  const members = Object.entries(spec.pools).flatMap(([name, pool]): Member[] => {
    if (pool.kind === "external") return [];
    const range = pool.kind === "hetzner" ? pool.subnet : undefined;
    return [{ name, pool, tag: poolTag(environment, name), range }];
  });
  const planned = planWorkloads(spec, lock.images, kinds).filter(({ runtime }) => runtime === "compose");
  const { operators } = spec.mesh;
  return {
    name: environment,
    operators,
    pools: members.map(({ name, pool, tag }): MeshPool => {
      if (pool.kind !== "hetzner") return { tag };
      const addresses = pool.nodes.map((number) => [nodeName(spec, name, number), hostAddress(pool.subnet, number)]);
      return { tag, announced: { range: pool.subnet, addresses: Object.fromEntries(addresses) } };
    }),
    flows: [
      ...operatorFlows(members, operatorsOf({ name: environment, operators })),
      ...clusterFlows(members),
      ...composeFlows(members, planned, catalogueOf(spec)),
    ],
  };
}

const flow = (from: string, to: string, protocol: MeshFlow["protocol"], port: number, why: string): MeshFlow => ({
  from,
  to,
  protocol,
  port,
  why,
});

const tcp = (from: string, to: string, port: number, why: string): MeshFlow => flow(from, to, "tcp", port, why);

const isServer = ({ pool }: Member): boolean => pool.kind === "hetzner" && pool.cluster === "server";
const hasVault = ({ pool }: Member): boolean => pool.kind === "hetzner" && pool.vault;
const hasCoolify = ({ pool }: Member): boolean => pool.kind === "hetzner" && pool.coolify;
const isInCluster = ({ pool }: Member): boolean => pool.kind !== "hetzner" || pool.cluster !== "none";

function operatorFlows(members: readonly Member[], operators: readonly string[]): MeshFlow[] {
  return operators.flatMap((operator) => [
    ...members.map(({ tag }) => tcp(operator, tag, SSH_PORT, "operators deliver node bundles and log in")),
    ...members.filter(isServer).map(({ tag }) => tcp(operator, tag, API_PORT, "operators call the API server")),
    ...members.filter(hasVault).map(({ tag }) => tcp(operator, tag, VAULT_PORT, "operators write to Vault")),
    ...members
      .filter(hasCoolify)
      .flatMap(({ tag }) => COOLIFY_PORTS.map((port) => tcp(operator, tag, port, "operators use Coolify's dashboard"))),
  ]);
}

/** Foreign nodes reach Hetzner's by the private addresses that these announce, and are reached by their own in the mesh. */
function clusterFlows(members: readonly Member[]): MeshFlow[] {
  const inCluster = members.filter(isInCluster);
  const foreign = inCluster.filter(({ range }) => range === undefined);
  const ranges = inCluster.flatMap(({ range }) => (range === undefined ? [] : [range]));
  // The metrics server runs wherever no taint keeps it away.
  const callers = inCluster.filter(
    (member) => isServer(member) || member.pool.taints.every(({ effect }) => effect === "PreferNoSchedule"),
  );
  const pairs = <From, To>(froms: readonly From[], tos: readonly To[]) =>
    froms.flatMap((from) => tos.map((to) => [from, to] as const));
  return [
    ...pairs(foreign, inCluster.filter(isServer)).flatMap(([{ tag }, { tag: server, range = server }]) => [
      tcp(tag, server, API_PORT, "agents join by the server's name in the mesh"),
      tcp(tag, range, API_PORT, "agents and their pods call the API server at its private address"),
    ]),
    ...pairs(inCluster, members.filter(hasVault)).map(([{ tag }, vault]) =>
      tcp(tag, vault.tag, VAULT_PORT, "nodes fetch their tokens, and pods their secrets, from Vault"),
    ),
    ...pairs(callers, foreign).map(([{ tag }, { tag: kubelet }]) =>
      tcp(tag, kubelet, KUBELET_PORT, "the API server and the metrics server call kubelets"),
    ),
    ...pairs(
      callers.filter(({ range }) => range === undefined),
      ranges,
    ).map(([{ tag }, range]) =>
      tcp(tag, range, KUBELET_PORT, "the metrics server calls kubelets at their private addresses"),
    ),
    ...pairs([...ranges, ...foreign.map(({ tag }) => tag)], foreign).map(([from, { tag }]) =>
      flow(from, tag, "udp", VXLAN_PORT, "pods reach pods of foreign nodes"),
    ),
    ...pairs(foreign, ranges).map(([{ tag }, range]) =>
      flow(tag, range, "udp", VXLAN_PORT, "pods of foreign nodes reach pods at Hetzner"),
    ),
  ];
}

/** Servers with Docker Compose open ports on their mesh address: to people, and to workloads of other servers. */
function composeFlows(
  members: readonly Member[],
  planned: readonly PlannedWorkload[],
  models: ReturnType<typeof catalogueOf>,
): MeshFlow[] {
  const tags = new Map(members.map(({ name, tag }) => [name, tag]));
  const poolOf = new Map(planned.map(({ name, entry: { pool } }) => [name, tags.get(pool)]));
  const forPeople = planned.flatMap(({ name, definition, handles }) => {
    const pool = poolOf.get(name);
    return Object.entries(handles).flatMap(([port, handle]) =>
      pool === undefined || definition.ports[port]?.audience !== "mesh"
        ? []
        : [flow(PEOPLE, pool, protocolOf(handle), handle.port, `people use ${name}`)],
    );
  });
  const forOthers = members.flatMap(({ name, tag }) => {
    const own = planned.filter(({ entry }) => entry.pool === name);
    return [...poolNetworks({ own, all: planned, models }).reach].flatMap(([consumer, { remote }]) =>
      remote.flatMap((need) => {
        const pool = poolOf.get(need.workload);
        const why = `${consumer} needs ${need.workload}`;
        return pool === undefined ? [] : [flow(tag, pool, protocolOf(need), need.port, why)];
      }),
    );
  });
  return [...forPeople, ...forOthers];
}

const protocolOf = ({ protocol }: { readonly protocol: "TCP" | "UDP" }): MeshFlow["protocol"] =>
  protocol === "TCP" ? "tcp" : "udp";
