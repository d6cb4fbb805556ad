import { InputError } from "../../errors.ts";
import { upgradeOrder } from "../../upgrade-order.ts";
import type { EtcdMember, NodeState } from "../control.ts";
import { BINARIES, type Binary, type SystemUpdates, type VaultMember } from "../maintenance/maintenance.ts";

/** In the order in which they are upgraded. */
export const COMPONENTS = [...BINARIES, "os"] as const;
export type Component = (typeof COMPONENTS)[number];

/** One node and what is upgraded on it. */
export interface Upgrade {
  readonly node: string;
  readonly pool: string;
  readonly component: Component;
  /** What runs; of the operating system, what waits. */
  readonly from: string;
  readonly to: string;
}

export interface UpgradeFacts {
  readonly nodes: readonly NodeState[];
  readonly etcd: readonly EtcdMember[];
  readonly vault: readonly VaultMember[];
  /** The versions that the lock names. */
  readonly wanted: Readonly<Partial<Record<Binary, string>>>;
}

/**
 * Every node that runs another version of these binaries than the lock names, in the order in which they are upgraded: k3s
 * on servers before agents, Vault on those that stand by before the one that leads, the mesh one after the other.
 *
 * @throws InputError for a version before the one that runs, a minor of k3s that is skipped, a node that does not answer,
 *   and an etcd that would lose its majority
 */
export function planUpgrades(facts: UpgradeFacts, components: readonly Component[]): readonly Upgrade[] {
  const upgrades = BINARIES.filter((binary) => components.includes(binary)).flatMap((component) => {
    const version = facts.wanted[component];
    return version === undefined
      ? []
      : ORDERS[component](facts, version).map((node) => step(facts, node, component, version));
  });
  const names = new Set(upgrades.map(({ node }) => node));
  const lost = facts.nodes.filter(({ name, ready }) => names.has(name) && !ready).map(({ name }) => name);
  if (lost.length > 0) {
    throw new InputError(
      `Not ready: ${lost.join(", ")}. ${UNTOUCHED} Bring it back, or replace it with \`npm run replace\`, first.`,
    );
  }
  const sealed = facts.vault.filter((member) => member.sealed).map(({ node }) => node);
  if (sealed.length > 0 && upgrades.some(({ component }) => component === "vault")) {
    throw new InputError(
      `Vault is sealed on ${sealed.join(", ")}. ${UNTOUCHED} Unseal it with \`vault operator unseal\` there first.`,
    );
  }
  const problem = upgrades.some(({ component, node }) => component === "k3s" && isMember(node, facts.etcd))
    ? majorityProblem(facts.etcd)
    : undefined;
  if (problem !== undefined) throw new InputError(`${problem} ${UNTOUCHED}`);
  return upgrades;
}

const UNTOUCHED = "Nothing was upgraded.";

const isMember = (node: string, etcd: readonly EtcdMember[]): boolean => etcd.some((member) => member.node === node);

/**
 * Nodes on which packages of the operating system wait, those whose window is open and those that wait for theirs. Agents
 * go before servers: a kernel that does not start is found where it costs least.
 */
export function planSystemUpdates(
  { nodes, etcd }: Pick<UpgradeFacts, "nodes" | "etcd">,
  updates: ReadonlyMap<string, SystemUpdates>,
  isOpenFor: (pool: string) => boolean,
): { readonly upgrades: readonly Upgrade[]; readonly waiting: readonly Upgrade[] } {
  const behind = nodes.flatMap(({ name: node, pool, ready }): Upgrade[] => {
    const waits = updates.get(node);
    if (!ready || waits === undefined || (waits.packages === 0 && !waits.restart)) return [];
    const from = `${waits.packages} packages${waits.restart ? ", a restart" : ""}`;
    return [{ node, pool, component: "os", from, to: "up to date" }];
  });
  const ordered = [
    ...behind.filter(({ node }) => !isMember(node, etcd)),
    ...behind.filter(({ node }) => isMember(node, etcd)),
  ];
  const [open = [], closed = []] = [true, false].map((is) => ordered.filter(({ pool }) => isOpenFor(pool) === is));
  const problem = open.some(({ node }) => isMember(node, etcd)) ? majorityProblem(etcd) : undefined;
  if (problem !== undefined) throw new InputError(`${problem} ${UNTOUCHED}`);
  return { upgrades: open, waiting: closed };
}

const ORDERS: Readonly<Record<Binary, (facts: UpgradeFacts, version: string) => readonly string[]>> = {
  k3s: ({ nodes }, version) => {
    const running = nodes.flatMap(({ name, role, versions: { k3s } }) =>
      k3s === undefined ? [] : [{ name, version: k3s, isServer: role === "server" }],
    );
    try {
      return upgradeOrder(running, version);
    } catch (error) {
      throw new InputError(`${error instanceof Error ? error.message : String(error)}. ${UNTOUCHED}`);
    }
  },
  vault: ({ nodes, vault }, version) => {
    const active = new Set(vault.filter((member) => member.active).map(({ node }) => node));
    const behind = olderThan(nodes, "vault", version);
    return [...behind.filter((node) => !active.has(node)), ...behind.filter((node) => active.has(node))];
  },
  tailscale: ({ nodes }, version) => olderThan(nodes, "tailscale", version),
};

/** Names of the nodes that run an older version. @throws InputError where one runs a newer one */
function olderThan(nodes: readonly NodeState[], component: Binary, version: string): readonly string[] {
  return nodes.flatMap(({ name, versions }) => {
    const runs = versions[component];
    if (runs === undefined) return [];
    const order = compareVersions(version, runs);
    if (order < 0) {
      throw new InputError(
        `${component} ${version} of the lock is older than the ${runs} that ${name} runs. ${UNTOUCHED} ` +
          "Run `npm run resolve`, or write the version that runs into the lock.",
      );
    }
    return order === 0 ? [] : [name];
  });
}

function step({ nodes }: UpgradeFacts, name: string, component: Binary, to: string): Upgrade {
  const node = nodes.find((each) => each.name === name);
  if (node === undefined) throw new Error(`${name} is none of the nodes`);
  return { node: name, pool: node.pool, component, from: node.versions[component] ?? "", to };
}

/**
 * Why no member of etcd may be away for a while; undefined where one may: the others are a majority by themselves, or it is
 * the only one, without which the cluster stands still for as long.
 */
export function majorityProblem(members: readonly EtcdMember[]): string | undefined {
  const sick = members.flatMap(({ node, healthy }) => (healthy ? [] : [node]));
  const healthy = members.length - sick.length;
  const majority = Math.floor(members.length / 2) + 1;
  if (members.length === 1 ? healthy === 1 : healthy - 1 >= majority || members.length === 0) return undefined;
  const step = sick.length === 0 ? "Add a server" : `Bring ${sick.join(" and ")} back`;
  return (
    `etcd has ${healthy} healthy of ${members.length} members and would lose its majority of ${majority} with one more ` +
    `away. ${step} first.`
  );
}

/** By their numbers, from the left. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.replace(/^v/, "").split(".").map(Number));
  for (let index = 0; index < Math.max(left?.length ?? 0, right?.length ?? 0); index += 1) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
