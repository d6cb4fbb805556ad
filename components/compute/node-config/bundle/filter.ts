import type { Provider } from "./baseline.ts";

/** Port on which tailscaled accepts direct connections; every packet is authenticated by WireGuard. */
const MESH_PORT = 41641;

/** Where clouds serve a node's user data and the credentials of its role (IPv6: AWS alone). */
const METADATA = { ipv4: "169.254.169.254", ipv6: "fd00:ec2::254" } as const;

/** Interfaces of the cluster's own network on a node. */
const POD_INTERFACES = ["cni0", "flannel.1"];

/** A node in its site's private network, which the provider's firewall does not filter. */
export interface PrivateNeighbours {
  /** Range of the site. */
  readonly range: string;
  /** Addresses of the k3s servers that keep the cluster's database with it; empty on an agent. */
  readonly servers: readonly string[];
  /** Addresses of the nodes that Vault runs on with it; empty elsewhere. */
  readonly vault: readonly string[];
}

export interface FilterArgs {
  readonly provider: Provider;
  readonly cluster: "server" | "agent" | "none";
  readonly neighbours: PrivateNeighbours | undefined;
  /** Set where Vault runs here: pods of the node itself call it, and do not come by the mesh. */
  readonly vault: boolean;
  /** Set where the node is Coolify's, whose proxy serves the internet and whose containers log in to their host. */
  readonly coolify: boolean;
}

/** Path of the filter, loaded by the apply and at boot before there is a network. */
export const FILTER_FILE = "/etc/splitfleet/filter.nft";

const set = (values: readonly (string | number)[]): string => `{ ${values.join(", ")} }`;
const interfaces = (names: readonly string[]): string => set(names.map((name) => `"${name}"`));

/** Ports of a k3s node that other nodes of the private network call: the API server, the kubelet, VXLAN. */
const clusterPorts = (cluster: FilterArgs["cluster"]): number[] =>
  cluster === "server" ? [6443, 10250] : cluster === "agent" ? [10250] : [];

/** Ports of a node that its pods call. */
const podPorts = ({ cluster, vault }: FilterArgs): number[] => [...clusterPorts(cluster), ...(vault ? [8200] : [])];

function privateRules({ cluster, neighbours }: FilterArgs): string[] {
  if (neighbours === undefined) return [];
  const { range, servers, vault } = neighbours;
  return [
    ...(cluster === "none"
      ? []
      : [
          `ip saddr ${range} tcp dport ${set(clusterPorts(cluster))} accept`,
          `ip saddr ${range} udp dport 8472 accept`,
        ]),
    ...(servers.length === 0 ? [] : [`ip saddr ${set(servers)} tcp dport { 2379, 2380 } accept`]),
    ...(vault.length === 0 ? [] : [`ip saddr ${set(vault)} tcp dport { 8200, 8201 } accept`]),
  ];
}

/** A machine of somebody's room keeps what it served there: only what the fleet has brought is closed to the room. */
const roomRules = (): string[] => [
  `iifname != ${interfaces(["lo", "tailscale0", ...POD_INTERFACES])} tcp dport { 6443, 10250 } drop`,
  `iifname != ${interfaces(["lo", "tailscale0"])} udp dport 8472 drop`,
];

function ownRules(args: FilterArgs): string[] {
  return [
    `iifname ${interfaces(["lo", "tailscale0"])} accept`,
    "ct state invalid drop",
    "meta l4proto { icmp, ipv6-icmp } accept",
    `udp dport ${MESH_PORT} accept`,
    "udp sport 67 udp dport 68 accept",
    ...(args.cluster === "none"
      ? []
      : [`iifname ${interfaces(POD_INTERFACES)} tcp dport ${set(podPorts(args))} accept`]),
    ...privateRules(args),
    ...(args.coolify ? ["tcp dport { 80, 443 } accept", 'iifname { "docker0", "br-*" } accept'] : []),
  ];
}

/**
 * tailscaled tries every address that a peer has. Over the pods' network, which itself goes over the mesh or between
 * private addresses, its packets would be cut into pieces, or go round in a circle.
 */
const meshAside = ({ cluster }: FilterArgs): string =>
  cluster === "none" ? "" : `    oifname ${interfaces(POD_INTERFACES)} udp sport ${MESH_PORT} drop\n`;

/**
 * A node's packet filter, for `nft -f`. The mesh comes in, since its own policy says who may; of the private network and of
 * the pods only the ports that a node of the kind serves. The metadata address is closed to pods and containers, and
 * on the node itself to everybody but root.
 */
export function nodeFilter(args: FilterArgs): string {
  const ofRoom = args.provider === "onprem";
  const input = ofRoom ? roomRules() : ownRules(args);
  return `table inet splitfleet_node
delete table inet splitfleet_node
table inet splitfleet_node {
  chain input {
    type filter hook input priority filter - 5; policy ${ofRoom ? "accept" : "drop"};
    ct state established,related accept
${input.map((rule) => `    ${rule}\n`).join("")}  }
  chain forward {
    type filter hook forward priority filter - 5; policy accept;
    ip daddr ${METADATA.ipv4} drop
    ip6 daddr ${METADATA.ipv6} drop
  }
  chain output {
    type filter hook output priority filter - 5; policy accept;
    ip daddr ${METADATA.ipv4} meta skuid != 0 drop
    ip6 daddr ${METADATA.ipv6} meta skuid != 0 drop
${meshAside(args)}  }
}
`;
}

/** Loads the filter at boot, before anything can reach the node. */
export const filterUnit = (): string => `[Unit]
Description=Packet filter of the node
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target
Conflicts=shutdown.target
After=local-fs.target
ConditionPathExists=${FILTER_FILE}

[Service]
Type=oneshot
RemainAfterExit=true
ExecStart=/usr/sbin/nft -f ${FILTER_FILE}

[Install]
WantedBy=sysinit.target
`;
