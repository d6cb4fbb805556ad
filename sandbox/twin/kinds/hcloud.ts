import type { Claim, Kind, Naming, Package } from "../kind.ts";
import { select, textAt } from "../protocol/paths.ts";
import type { Properties } from "../protocol/values.ts";
import type { WorldObject } from "../world/objects.ts";
import { readFaults, readStock } from "../world/settings.ts";
import type { World } from "../world/world.ts";
import { hexOf, numberOf } from "./derive.ts";
import { installedVersion } from "./version.ts";

const NETWORK = "hcloud:index/network:Network";
const SUBNET = "hcloud:index/networkSubnet:NetworkSubnet";
const SERVER = "hcloud:index/server:Server";
const ATTACHMENT = "hcloud:index/serverNetwork:ServerNetwork";
const FIREWALL = "hcloud:index/firewall:Firewall";
const PLACEMENT_GROUP = "hcloud:index/placementGroup:PlacementGroup";
const PRIMARY_IP = "hcloud:index/primaryIp:PrimaryIp";
const VOLUME = "hcloud:index/volume:Volume";

/** Limits of the Hetzner Cloud documentation: user data, servers in a network, servers in a spread placement group. */
const USER_DATA_BYTES = 32 * 1024;
const SERVERS_PER_NETWORK = 100;
const SERVERS_PER_PLACEMENT_GROUP = 10;

const naming: Naming = { property: "name", maxLength: 255, randomDigits: 7, mark: "defaults" };

/**
 * Hetzner Cloud. What replaces follows the force-new fields of the provider `hetznercloud/hcloud` that Pulumi bridges;
 * what is refused, and in which words, follows the API reference.
 */
export const hcloud: Package = {
  name: "hcloud",
  version: installedVersion("hcloud"),
  replaceProviderOn: () => [],
  words: {
    missing: ({ at }, value) => `${at}: ${value} not found (not_found)`,
    inUse: ({ type, id }, by) =>
      `${noun(type)} with ID '${id}' is still in use by ${noun(by.type)} ${by.id} (resource_in_use)`,
    rateLimited: "limit of 3600 requests per hour reached (rate_limit_exceeded)",
  },
  kinds: {
    [NETWORK]: {
      replaceOn: [],
      naming,
      claims: (inputs) => [nameClaim("network", inputs)],
      // "Attached resources will be detached automatically", and subnets are part of the network.
      cascade: ({ id }, world) => [
        ...world.ofType(ATTACHMENT).filter(({ inputs }) => networkOf(inputs) === id),
        ...world.ofType(SUBNET).filter(({ inputs }) => networkOf(inputs) === id),
      ],
    },
    [SUBNET]: {
      id: ({ networkId, ipRange }) => `${String(networkId)}-${String(ipRange)}`,
      replaceOn: ["networkId", "type", "networkZone", "ipRange", "vswitchId"],
      references: [{ at: "networkId", to: NETWORK }],
      claims: ({ networkId, ipRange }) => [
        {
          key: `${String(networkId)}/${String(ipRange)}`,
          conflict: `IP range ${String(ipRange)} overlaps with another subnet (invalid_input)`,
        },
      ],
      outputs: { gateway: ({ inputs }) => hostOf(String(inputs["ipRange"]), 1) },
    },
    [FIREWALL]: { replaceOn: [], naming, claims: (inputs) => [nameClaim("firewall", inputs)] },
    [PLACEMENT_GROUP]: {
      replaceOn: ["type"],
      naming,
      claims: (inputs) => [nameClaim("placement group", inputs)],
      outputs: { servers: () => [] },
    },
    [PRIMARY_IP]: {
      replaceOn: ["type", "assigneeType", "datacenter", "location"],
      naming,
      references: [{ at: "assigneeId", to: SERVER }],
      claims: (inputs) => [nameClaim("primary ip", inputs)],
      outputs: {
        ipAddress: ({ id, inputs }) => (inputs["type"] === "ipv6" ? ipv6(id, "1") : ipv4(id)),
        ipNetwork: ({ id, inputs }) => (inputs["type"] === "ipv6" ? `${ipv6(id, "")}/64` : ""),
      },
    },
    [VOLUME]: {
      replaceOn: ["location", "format"],
      naming,
      references: [{ at: "serverId", to: SERVER }],
      claims: (inputs) => [nameClaim("volume", inputs)],
      outputs: { linuxDevice: ({ id }) => `/dev/disk/by-id/scsi-0HC_Volume_${id}` },
      admit: ({ inputs, object }) => {
        if (object !== undefined && Number(inputs["size"]) < Number(object.inputs["size"])) {
          throw new Error("volume size can only be increased (invalid_input)");
        }
      },
    },
    [SERVER]: server(),
    [ATTACHMENT]: {
      id: (inputs) => `${String(inputs["serverId"])}-${networkOf(inputs)}`,
      replaceOn: ["serverId", "networkId", "subnetId", "ip"],
      references: [
        { at: "serverId", to: SERVER },
        { at: "networkId", to: NETWORK },
        { at: "subnetId", to: SUBNET, holds: true },
      ],
      claims: (inputs) => [
        {
          key: `server ${String(inputs["serverId"])} ${networkOf(inputs)}`,
          conflict: "server is already attached to the network (server_already_attached)",
        },
        ...addressClaims(networkOf(inputs), inputs["ip"]),
      ],
      outputs: {
        networkId: ({ inputs }) => Number(networkOf(inputs)),
        ip: ({ id, inputs }) => {
          const range = textAt(inputs, "subnetId")?.split("-")[1] ?? "10.0.0.0/16";
          return hostOf(range, 2 + numberOf(id, 250));
        },
        macAddress: ({ id }) => `86:00:00:${hexOf(id, 6).replace(/(..)(..)(..)/, "$1:$2:$3")}`,
        aliasIps: () => [],
      },
      admit: ({ inputs, object, world }) => {
        const attached = world.ofType(ATTACHMENT).filter((other) => networkOf(other.inputs) === networkOf(inputs));
        if (object === undefined && attached.length >= SERVERS_PER_NETWORK) {
          throw new Error(`network has reached its limit of ${SERVERS_PER_NETWORK} servers (resource_limit_exceeded)`);
        }
      },
    },
  },
};

function server(): Kind {
  return {
    // serverType changes in place: the server is stopped, resized and started.
    replaceOn: ["location", "datacenter", "image", "sshKeys", "userData"],
    naming,
    references: [
      { at: "firewallIds[*]", to: FIREWALL, holds: true },
      { at: "placementGroupId", to: PLACEMENT_GROUP },
      { at: "networks[*].networkId", to: NETWORK },
      { at: "networks[*].subnetId", to: SUBNET, holds: true },
      { at: "publicNets[*].ipv4", to: PRIMARY_IP, except: /^0$/, holds: true },
      { at: "publicNets[*].ipv6", to: PRIMARY_IP, except: /^0$/, holds: true },
    ],
    claims: (inputs) => [nameClaim("server", inputs)],
    outputs: {
      location: () => "fsn1",
      ipv4Address: ({ id, inputs }) => (publicNet(inputs, "ipv4Enabled") ? ipv4(id) : ""),
      ipv6Address: ({ id, inputs }) => (publicNet(inputs, "ipv6Enabled") ? ipv6(id, "1") : ""),
      ipv6Network: ({ id, inputs }) => (publicNet(inputs, "ipv6Enabled") ? `${ipv6(id, "")}/64` : ""),
      primaryDiskSize: () => 40,
      backupWindow: () => "",
      firewallIds: () => [],
      status: () => "running",
    },
    cascade: ({ id }, world) => [
      ...world.ofType(ATTACHMENT).filter(({ inputs }) => String(inputs["serverId"]) === id),
      ...commandsFor(id, world),
      ...withTheLastServer(id, world),
    ],
    admit: ({ inputs, object, world }) => {
      if (Buffer.byteLength(textAt(inputs, "userData") ?? "") > USER_DATA_BYTES) {
        const limit = `Length must be between 0 and ${USER_DATA_BYTES}.`;
        throw new Error(`invalid input in field 'user_data' (invalid_input): [user_data => [${limit}]]`);
      }
      if ((inputs["deleteProtection"] ?? false) !== (inputs["rebuildProtection"] ?? false)) {
        throw new Error("delete_protection and rebuild_protection must have the same value (invalid_input)");
      }
      const resized = object !== undefined && object.inputs["serverType"] !== inputs["serverType"];
      if (object === undefined) assertWithinQuota(world);
      if (object === undefined || resized) assertInStock(inputs, world);
      const group = inputs["placementGroupId"];
      const members = world.ofType(SERVER).filter((other) => other.inputs["placementGroupId"] === group);
      if (group !== undefined && members.filter(({ id }) => id !== object?.id).length >= SERVERS_PER_PLACEMENT_GROUP) {
        const limit = `its limit of ${SERVERS_PER_PLACEMENT_GROUP} servers`;
        throw new Error(`placement group has reached ${limit} (placement_error)`);
      }
    },
  };
}

/** What commands have made of a server; each names the server that it is for. */
function commandsFor(id: string, world: World): WorldObject[] {
  return world.ofType("command:remote:Command").filter(({ inputs }) => textAt(inputs, "create")?.includes(id) === true);
}

/** The cluster and Vault run on the servers: what they hold is gone when no server is left. */
function withTheLastServer(id: string, world: World): WorldObject[] {
  if (world.ofType(SERVER).some((other) => other.id !== id)) return [];
  return [...world.objects("kubernetes").all(), ...world.objects("vault").all()];
}

/** A project's limit on servers, which the console shows and Hetzner raises on request. */
function assertWithinQuota(world: World): void {
  const limit = readFaults(world.marker).quotas?.hcloudServers;
  if (limit !== undefined && world.ofType(SERVER).length >= limit) {
    throw new Error("server limit reached (resource_limit_exceeded)");
  }
}

function assertInStock(inputs: Properties, world: World): void {
  const type = String(inputs["serverType"]);
  const location = textAt(inputs, "location") ?? "fsn1";
  const stock = readStock(world.marker)["hcloud"]?.[type] ?? true;
  if (typeof stock === "object" ? stock[location] === false : !stock) {
    throw new Error(`error during placement of ${type} in ${location} (resource_unavailable)`);
  }
}

function nameClaim(what: string, inputs: Properties): Claim {
  return { key: String(inputs["name"]), conflict: `${what} name is already used (uniqueness_error)` };
}

function addressClaims(network: string, ip: unknown): Claim[] {
  if (typeof ip !== "string") return [];
  return [{ key: `${network}/${ip}`, conflict: `IP ${ip} is not available (ip_not_available)` }];
}

/** A subnet's id begins with its network's. */
function networkOf(inputs: Properties): string {
  return String(inputs["networkId"] ?? textAt(inputs, "subnetId")?.split("-")[0]);
}

/** Both protocols are on unless the server says otherwise. */
function publicNet(inputs: Properties, flag: "ipv4Enabled" | "ipv6Enabled"): boolean {
  return select(inputs, `publicNets[*].${flag}`)[0]?.value !== false;
}

/** From 198.18.0.0/15, which RFC 2544 sets aside for tests. */
function ipv4(id: string): string {
  const host = numberOf(id, 2 ** 17 - 2) + 1;
  return `198.${18 + (host >> 16)}.${(host >> 8) & 255}.${host & 255}`;
}

/** From 2001:db8::/32, which RFC 3849 sets aside for documentation. */
function ipv6(id: string, host: string): string {
  return `2001:db8:${hexOf(id, 4)}:${hexOf(id, 8).slice(4)}::${host}`;
}

/** The `number`th address of an IPv4 range. */
function hostOf(range: string, number: number): string {
  const octets = (range.split("/")[0] ?? "").split(".").map(Number);
  const value = octets.reduce((sum, octet) => sum * 256 + octet, 0) + number;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

function noun(type: string): string {
  return (type.split(":").at(-1) ?? type).replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
}
