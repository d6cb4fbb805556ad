import { createHash } from "node:crypto";
import type { CatalogueModel, Egress, Handle } from "../../workloads/contract.ts";
import { EGRESS } from "../../workloads/egress.ts";
import type { PlannedWorkload } from "../../workloads/plan.ts";
import { runsOf } from "../../workloads/runs.ts";
import type { ComposeNetwork } from "./document.ts";

/** Tailscale's resolver, on every device of the mesh: of names in the mesh, and of all others by way of the node's own. */
export const MESH_RESOLVER = "100.100.100.100";

/** Prefixes of bridges by what the node's filter lets through: nothing, the mesh, the internet. */
const BRIDGES = { inside: "sfi-", mesh: "sfm-", internet: "sfo-" } as const;

interface Network {
  readonly reach: keyof typeof BRIDGES;
  readonly members: readonly string[];
}

/** One port that the node opens on its mesh address. */
export interface PublishedPort {
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

/** How one workload of a pool reaches others and is reached. */
export interface Reach {
  /** Networks by name that its containers are in. */
  readonly networks: readonly string[];
  /** Ports that other nodes or mesh devices call. */
  readonly published: readonly PublishedPort[];
  /** Needs that another node answers. */
  readonly remote: readonly Handle[];
  /** Hosts outside the fleet that it calls itself, because no proxy does it. */
  readonly egress: readonly Egress[];
}

export interface PoolNetworks {
  readonly networks: Readonly<Record<string, ComposeNetwork>>;
  readonly reach: ReadonlyMap<string, Reach>;
  /** Rules of the node's packet filter, for `nft -f`. */
  readonly filter: string;
}

export interface NetworkArgs {
  /** Workloads of the pool. */
  readonly own: readonly PlannedWorkload[];
  /** Workloads of the environment. */
  readonly all: readonly PlannedWorkload[];
  /** The catalogue: some workloads reach the providers of its models. */
  readonly models: Readonly<Record<string, CatalogueModel>>;
}

/**
 * Networks such that two workloads share one exactly where one of them needs the other. A workload that other nodes reach,
 * or that reaches them, has a network of its own to the mesh; one that calls hosts outside has one to the internet.
 */
export function poolNetworks({ own, all, models }: NetworkArgs): PoolNetworks {
  const names = new Set(own.map(({ name }) => name));
  const networks = new Map<string, Network>();
  const reach = new Map<string, Reach>();
  for (const workload of own) {
    for (const provider of new Set(needsOf(workload).map((need) => need.workload))) {
      if (names.has(provider) && provider !== workload.name) {
        networks.set(`${workload.name}_${provider}`, { reach: "inside", members: [workload.name, provider] });
      }
    }
  }
  for (const workload of own) {
    const { name } = workload;
    const published = publishedPorts(workload, all, names);
    const remote = needsOf(workload).filter((need) => !names.has(need.workload));
    const egress = ownEgress(workload, all, models);
    if (published.length + remote.length > 0) networks.set(`${name}_mesh`, { reach: "mesh", members: [name] });
    if (egress.length > 0) networks.set(`${name}_internet`, { reach: "internet", members: [name] });
    const alone = ![...networks.values()].some(({ members }) => members.includes(name));
    if (alone || runsOf(workload).length > 0) {
      networks.set(name, { reach: "inside", members: [name] });
    }
    const joined = [...networks].filter(([, { members }]) => members.includes(name)).map(([network]) => network);
    reach.set(name, { networks: joined, published, remote, egress });
  }
  return {
    networks: Object.fromEntries([...networks].map(([name, network]) => [name, composeNetwork(name, network)])),
    reach,
    filter: filterRules(reach),
  };
}

/** Every port of another workload that it or one of its runs reaches. */
const reachedBy = ({ workload: { needs = [] }, store }: PlannedWorkload): readonly Handle[] =>
  store === undefined ? needs : [...needs, store];

const needsOf = (workload: PlannedWorkload): readonly Handle[] =>
  reachedBy(workload).filter(({ outside }) => outside !== true);

/** Hosts outside the fleet that it declares, or that answer its needs. */
const egressOf = (workload: PlannedWorkload, models: NetworkArgs["models"]): readonly Egress[] => [
  ...workload.definition.egress(workload.entry, models),
  ...reachedBy(workload)
    .filter(({ outside }) => outside === true)
    .map(({ host, port, workload: needed }) => ({ host, port, purpose: `its need for ${needed}` })),
];

/** What a workload calls outside by itself: a proxy what everybody declared, and who has a proxy nothing. */
function ownEgress(
  workload: PlannedWorkload,
  all: readonly PlannedWorkload[],
  models: NetworkArgs["models"],
): readonly Egress[] {
  if (workload.definition.kind === EGRESS.kind) return all.flatMap((other) => egressOf(other, models));
  const proxies = all.filter(({ definition }) => definition.kind === EGRESS.kind).map(({ name }) => name);
  return needsOf(workload).some((need) => proxies.includes(need.workload)) ? [] : egressOf(workload, models);
}

/** Ports for mesh devices, and those that workloads of other nodes need. */
function publishedPorts(
  { name, definition, handles }: PlannedWorkload,
  all: readonly PlannedWorkload[],
  near: ReadonlySet<string>,
): PublishedPort[] {
  const forMesh = Object.entries(handles)
    .filter(([port]) => definition.ports[port]?.audience === "mesh")
    .map(([, handle]) => handle);
  const forOthers = all
    .filter((other) => !near.has(other.name))
    .flatMap(needsOf)
    .filter((need) => need.workload === name);
  const ports = [...forMesh, ...forOthers].map(({ port, protocol }): [string, PublishedPort] => [
    `${port}/${protocol}`,
    { port, protocol },
  ]);
  return [...new Map(ports).values()].toSorted((left, right) => left.port - right.port);
}

/** The kernel takes 15 characters. */
const bridgeOf = (network: string, reach: Network["reach"]): string =>
  BRIDGES[reach] + createHash("sha256").update(network).digest("hex").slice(0, 8);

/** That of tailscale0. */
const MESH_MTU = "1280";

const composeNetwork = (name: string, { reach }: Network): ComposeNetwork => ({
  ...(reach === "inside" ? { internal: true } : {}),
  driver_opts: {
    "com.docker.network.bridge.name": bridgeOf(name, reach),
    ...(reach === "mesh" ? { "com.docker.network.driver.mtu": MESH_MTU } : {}),
  },
});

/** Private, mesh, link-local and metadata addresses: not the internet. */
const NOT_INTERNET = "10.0.0.0/8, 100.64.0.0/10, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16";

const portSet = (ports: readonly PublishedPort[], protocol: PublishedPort["protocol"]): string =>
  [...new Set(ports.filter((port) => port.protocol === protocol).map(({ port }) => port))]
    .toSorted((left, right) => left - right)
    .join(", ");

/** Rules for each protocol that `ports` has. */
const perProtocol = (before: string, ports: readonly PublishedPort[]): string[] =>
  (["TCP", "UDP"] as const).flatMap((protocol) => {
    const set = portSet(ports, protocol);
    return set === "" ? [] : [`${before} ${protocol.toLowerCase()} dport { ${set} } accept`];
  });

const nameLookups = (bridge: string): string =>
  `iifname "${bridge}" oifname "tailscale0" ip daddr ${MESH_RESOLVER} udp dport 53 accept`;

/**
 * The filter stands before Docker's own chains; what it drops stays dropped. To the mesh and the internet it knows ports
 * and no names: names are the egress proxy's part.
 */
function filterRules(reach: ReadonlyMap<string, Reach>): string {
  const rules = [...reach].flatMap(([name, { published, remote, egress }]) => {
    const mesh = bridgeOf(`${name}_mesh`, "mesh");
    const internet = bridgeOf(`${name}_internet`, "internet");
    const hosts = egress.map(({ port }): PublishedPort => ({ port, protocol: "TCP" }));
    return [
      ...perProtocol(`iifname "tailscale0" oifname "${mesh}"`, published),
      ...perProtocol(`iifname "${mesh}" oifname "tailscale0"`, remote),
      ...perProtocol(`iifname "${internet}" oifname != "tailscale0" ip daddr != { ${NOT_INTERNET} }`, hosts),
      ...(remote.length === 0 ? [] : [nameLookups(mesh)]),
      ...(hosts.length === 0 ? [] : [nameLookups(internet)]),
    ];
  });
  return `table inet splitfleet_compose
delete table inet splitfleet_compose
table inet splitfleet_compose {
  chain forward {
    type filter hook forward priority filter - 5; policy accept;
    ct state established,related accept
${rules.map((rule) => `    ${rule}\n`).join("")}    iifname { "sfm-*", "sfo-*" } drop
    oifname { "sfm-*", "sfo-*" } drop
  }
  chain input {
    type filter hook input priority filter - 5; policy accept;
    ct state established,related accept
    iifname { "sfi-*", "sfm-*", "sfo-*" } drop
  }
}
`;
}
