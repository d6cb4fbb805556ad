const SUBNET_BITS = 4;

const toNumber = (address: string): number => address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
const toAddress = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");

/** The `index`-th sixteenth of an IPv4 range: `subnetRange("10.20.0.0/16", 1)` is `10.20.16.0/20`. */
export function subnetRange(range: string, index: number): string {
  const [address, bits] = range.split("/");
  if (address === undefined || bits === undefined)
    throw new Error(`${range} is not an IPv4 range such as 10.20.0.0/16`);
  const length = Number(bits) + SUBNET_BITS;
  if (index >= 2 ** SUBNET_BITS)
    throw new Error(`${range} has ${2 ** SUBNET_BITS} subnets; asked for number ${index + 1}`);
  if (length > 28) throw new Error(`${range} is too small to be split; expected a /24 or larger`);
  return `${toAddress(toNumber(address) + index * 2 ** (32 - length))}/${length}`;
}

/** Addresses at the start of a subnet that are left to the provider and to what is not a node. */
export const RESERVED = 10;

/** Private address of node `number` of a pool: `hostAddress("10.10.2.0/24", 1)` is `10.10.2.11`. */
export function hostAddress(subnet: string, number: number): string {
  const [address, bits] = subnet.split("/");
  if (address === undefined || bits === undefined)
    throw new Error(`${subnet} is not an IPv4 range such as 10.10.2.0/24`);
  if (RESERVED + number > 2 ** (32 - Number(bits)) - 2)
    throw new Error(`${subnet} has no address for node ${number}; choose a larger subnet`);
  return toAddress(toNumber(address) + RESERVED + number);
}

/**
 * IPv4 ranges that are not the internet: private, shared (the mesh), loopback, link-local with the clouds' metadata,
 * for protocols and benchmarks, multicast and reserved, as IANA's registry of special-purpose addresses has them.
 */
export const NOT_INTERNET: readonly string[] = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
];
