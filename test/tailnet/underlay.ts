import type { Namespaces } from "./namespaces.ts";
import type { NetworkNode } from "./nodes.ts";

/** Namespace of the internet, in which the mesh's control server stands too. */
export const INTERNET = "internet";
export const INTERNET_ADDRESS = "203.0.113.1";

/** Hetzner's router between the private addresses of a network; each node sees it as its only neighbour. */
const ROUTER = "private";
const PRIVATE_GATEWAY = "10.10.0.1";
const PRIVATE_RANGE = "10.10.0.0/16";
/** Of Hetzner's private networks (docs.hetzner.com/cloud/networks/faq). */
const PRIVATE_MTU = 1450;
export const PRIVATE_INTERFACE = "enp7s0";

const ROOM_GATEWAY = "192.168.1.1";
const ROOM_ADDRESS = "192.168.1.10";

/** A home router: what is inside may begin, what is outside may only answer. */
const NAT = `table ip nat {
  chain outward { type filter hook forward priority filter; policy drop
    ct state established,related accept
    iifname "room" accept
  }
  chain translate { type nat hook postrouting priority srcnat
    oifname "eth0" masquerade
  }
}
`;

/** A security group without an inbound rule. */
const NO_INBOUND = `table inet security_group {
  chain inbound { type filter hook input priority filter - 10; policy accept
    iifname "eth0" ct state established,related accept
    iifname "eth0" drop
  }
}
`;

/** The networks between the nodes, each node a namespace by its name; nothing of the mesh or the cluster yet. */
export async function buildUnderlay(namespaces: Namespaces, nodes: readonly NetworkNode[]): Promise<void> {
  const routers = nodes.filter(({ place }) => place === "behind NAT").map(({ name }) => routerOf(name));
  const all = [INTERNET, ROUTER, ...routers, ...nodes.map(({ name }) => name)];
  await namespaces.ip(
    undefined,
    all.map((name) => `netns add ${name}`),
  );
  for (const name of all) await namespaces.ip(name, ["link set lo up"]);
  await namespaces.ip(INTERNET, [
    "link add hub type bridge",
    `address add ${INTERNET_ADDRESS}/24 dev hub`,
    "link set hub up",
  ]);
  await namespaces.ip(ROUTER, [
    "link add gateway type bridge",
    `address add ${PRIVATE_GATEWAY}/32 dev gateway`,
    "link set gateway up",
  ]);
  await set(namespaces, ROUTER, ["net.ipv4.ip_forward=1", "net.ipv4.conf.default.proxy_arp=1"]);

  for (const [index, node] of nodes.entries()) {
    const address = `203.0.113.${11 + index}`;
    if (node.place === "behind NAT") await connectRoom(namespaces, node.name, address, index);
    else await connect(namespaces, node.name, address, index);
    if (node.place === "aws") await namespaces.run(node.name, ["nft", "-f", "-"], NO_INBOUND);
    if (node.privateAddress !== undefined) await connectPrivate(namespaces, node.name, node.privateAddress, index);
    await set(namespaces, node.name, node.sysctls);
    await namespaces.run(node.name, ["nft", "-f", "-"], node.filter);
  }
}

/** Sets kernel parameters of a namespace, given as `key=value`. */
export async function set(namespaces: Namespaces, name: string, sysctls: readonly string[]): Promise<void> {
  await namespaces.run(name, ["sysctl", "--quiet", "--write", ...sysctls]);
}

const routerOf = (node: string): string => `${node}-router`;

async function connect(namespaces: Namespaces, name: string, address: string, index: number): Promise<void> {
  await namespaces.ip(INTERNET, [
    `link add wire${index} type veth peer name eth0 netns ${name}`,
    `link set wire${index} master hub up`,
  ]);
  await namespaces.ip(name, [
    `address add ${address}/24 dev eth0`,
    "link set eth0 up",
    `route add default via ${INTERNET_ADDRESS}`,
  ]);
}

async function connectRoom(namespaces: Namespaces, name: string, address: string, index: number): Promise<void> {
  const router = routerOf(name);
  await connect(namespaces, router, address, index);
  await namespaces.ip(router, [
    `link add room type veth peer name eth0 netns ${name}`,
    `address add ${ROOM_GATEWAY}/24 dev room`,
    "link set room up",
  ]);
  await set(namespaces, router, ["net.ipv4.ip_forward=1"]);
  await namespaces.run(router, ["nft", "-f", "-"], NAT);
  await namespaces.ip(name, [
    `address add ${ROOM_ADDRESS}/24 dev eth0`,
    "link set eth0 up",
    `route add default via ${ROOM_GATEWAY}`,
  ]);
}

async function connectPrivate(namespaces: Namespaces, name: string, address: string, index: number): Promise<void> {
  await namespaces.ip(ROUTER, [
    `link add port${index} type veth peer name ${PRIVATE_INTERFACE} netns ${name}`,
    `link set port${index} mtu ${PRIVATE_MTU} up`,
    `route add ${address}/32 dev port${index}`,
  ]);
  await namespaces.ip(name, [
    `address add ${address}/32 dev ${PRIVATE_INTERFACE}`,
    `link set ${PRIVATE_INTERFACE} mtu ${PRIVATE_MTU} up`,
    `route add ${PRIVATE_GATEWAY} dev ${PRIVATE_INTERFACE}`,
    `route add ${PRIVATE_RANGE} via ${PRIVATE_GATEWAY} dev ${PRIVATE_INTERFACE}`,
  ]);
}
