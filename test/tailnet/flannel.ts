import type { Namespaces } from "./namespaces.ts";
import { set } from "./underlay.ts";

/** A node as Flannel's VXLAN backend sees it. */
export interface Member {
  readonly name: string;
  /** Address and interface that Flannel binds: `node-ip` or that of `flannel-iface`. */
  readonly address: string;
  readonly interface: string;
  readonly mtu: number;
}

const POD_RANGE = "10.42.0.0/16";

/** Namespace of the one pod that each node has. */
export const podOn = (node: string): string => `${node}-pod`;
export const podAddress = (index: number): string => `10.42.${index}.2`;

/** What leaves the pods' network takes the node's address, as Flannel's rules have it. */
const MASQUERADE = `table ip flannel {
  chain postrouting { type nat hook postrouting priority srcnat
    ip saddr ${POD_RANGE} ip daddr != ${POD_RANGE} masquerade
  }
}
`;

/**
 * The pods' network as Flannel 0.28 makes it: a VXLAN device without learning, bound to the node's address and interface,
 * and for every peer a route, a neighbour and a forwarding entry (flannel-io/flannel, pkg/backend/vxlan).
 */
export async function buildPodNetwork(namespaces: Namespaces, members: readonly Member[]): Promise<void> {
  for (const [index, { name, address, interface: link, mtu }] of members.entries()) {
    await namespaces.ip(name, [
      `link add flannel.1 address ${macOf(index)} type vxlan id 1 local ${address} dev ${link} nolearning dstport 8472`,
      `link set flannel.1 mtu ${mtu} up`,
      `address add 10.42.${index}.0/32 dev flannel.1`,
      "link add cni0 type bridge",
      `link set cni0 mtu ${mtu} up`,
      `address add 10.42.${index}.1/24 dev cni0`,
    ]);
    await namespaces.ip(undefined, [`netns add ${podOn(name)}`]);
    await namespaces.ip(name, [
      `link add pod0 mtu ${mtu} type veth peer name eth0 mtu ${mtu} netns ${podOn(name)}`,
      "link set pod0 master cni0 up",
    ]);
    await namespaces.ip(podOn(name), [
      "link set lo up",
      "link set eth0 up",
      `address add ${podAddress(index)}/24 dev eth0`,
      `route add default via 10.42.${index}.1`,
    ]);
    await set(namespaces, name, ["net.ipv4.ip_forward=1"]);
    await namespaces.run(name, ["nft", "-f", "-"], MASQUERADE);
    for (const [other, peer] of members.entries()) {
      if (other === index) continue;
      await namespaces.ip(name, [
        `route add 10.42.${other}.0/24 via 10.42.${other}.0 dev flannel.1 onlink`,
        `neighbour replace 10.42.${other}.0 lladdr ${macOf(other)} dev flannel.1 nud permanent`,
      ]);
      await namespaces.run(name, ["bridge", "fdb", "append", macOf(other), "dev", "flannel.1", "dst", peer.address]);
    }
  }
}

const macOf = (index: number): string => `0e:00:00:00:00:${index.toString(16).padStart(2, "0")}`;
