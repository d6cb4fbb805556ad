import type { Topology } from "../../components/compute/node-config/k3s.ts";
import type { Allocation } from "../../components/labels.ts";
import { hostAddress } from "../../components/network/ranges.ts";
import type { EnvironmentSpec } from "../spec/environment.ts";
import { entryOf, ofKind } from "../spec/of-kind.ts";
import type { Pool } from "../spec/pools.ts";
import { HETZNER_LOCATIONS, type Site } from "../spec/sites.ts";

const API_PORT = 6443;

/** Host name of a node, in the cluster and in the mesh; unique over the environments of one tailnet. */
export const nodeName = (spec: EnvironmentSpec, pool: string, id: string | number): string =>
  `${spec.environment.name}-${pool}-${id}`;

export const meshName = (spec: EnvironmentSpec, pool: string, id: string | number): string =>
  `${nodeName(spec, pool, id)}.${spec.mesh.tailnet}`;

/** Vault's role for the nodes of a burst pool. */
export const burstLogin = (spec: EnvironmentSpec, pool: string): string => `${spec.environment.name}-${pool}`;

/** Who pays for a pool's nodes and what they may hold. */
export const poolAllocation = (
  spec: EnvironmentSpec,
  name: string,
  pool: Pick<Pool, "team" | "dataClass">,
): Allocation => ({
  environment: spec.environment.name,
  team: pool.team,
  dataClass: pool.dataClass,
  pool: name,
});

/** Every k3s server as `pool` and node number, the one that founds the cluster first. */
export const k3sServers = (spec: EnvironmentSpec): { pool: string; number: number }[] =>
  Object.entries(ofKind(spec.pools, "hetzner"))
    .filter(([, { cluster }]) => cluster === "server")
    .flatMap(([pool, { nodes }]) => nodes.map((number) => ({ pool, number })));

/** The founding server's API as nodes on its private network or as mesh devices reach it. */
export function apiServerUrl(spec: EnvironmentSpec, from: "private" | "mesh"): string {
  const [first] = k3sServers(spec);
  if (first === undefined) throw new Error("pools: none has cluster: server");
  return serverUrl(spec, first, from);
}

/** One server's API as nodes on its private network or as mesh devices reach it. */
export function serverUrl(
  spec: EnvironmentSpec,
  { pool, number }: { readonly pool: string; readonly number: number },
  from: "private" | "mesh",
): string {
  const { subnet } = entryOf("pools", ofKind(spec.pools, "hetzner"), pool);
  const host = from === "private" ? hostAddress(subnet, number) : meshName(spec, pool, number);
  return `https://${host}:${API_PORT}`;
}

/** Region and zone of a site's nodes; a room is both. On AWS the instance says its own. */
export function topologyOf(name: string, site: Exclude<Site, { kind: "aws" | "external" }>): Topology {
  return site.kind === "hetzner"
    ? { region: HETZNER_LOCATIONS[site.location].networkZone, zone: site.location }
    : { region: name, zone: name };
}
