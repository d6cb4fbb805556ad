import { Decimal } from "decimal.js";
import { UNKNOWN } from "../../../policies/row.ts";
import type { Price } from "../catalogue/schema.ts";
import type { Quote } from "../quote.ts";
import { addCapacity, addRunning, running, type Pricer } from "./pricer.ts";

const SERVER = "hcloud:index/server:Server";

/** A server runs all month: powered off it is billed in full. IPv4 and backups are its own lines. */
const server: Pricer = {
  types: [SERVER],
  price(quote) {
    const type = quote.requiredText("serverType");
    const location = locationOf(quote);
    if (location === undefined || type === undefined) return;
    const price = quote.price({ provider: "hetzner", kind: "server", item: type, region: location }, ["serverType"]);
    if (price !== undefined) {
      addRunning(quote, `${type} in ${location}`, price);
      if (quote.flag(false, "backups")) addBackups(quote, location, price);
    }
    if (hasOwnAddress(quote)) addAddress(quote, location);
  },
};

const primaryIp: Pricer = {
  types: ["hcloud:index/primaryIp:PrimaryIp"],
  price(quote) {
    if (quote.text("type") === "ipv6") return;
    const location = locationOf(quote);
    if (location !== undefined) addAddress(quote, location);
  },
};

const volume: Pricer = {
  types: ["hcloud:index/volume:Volume"],
  price(quote) {
    const size = quote.requiredNumber("size");
    const location = locationOf(quote);
    if (size === undefined || location === undefined) return;
    const price = quote.price({ provider: "hetzner", kind: "volume", item: "volume", region: location }, ["size"]);
    if (price !== undefined) addCapacity(quote, `${size} GB volume in ${location}`, price, size);
  },
};

const loadBalancer: Pricer = {
  types: ["hcloud:index/loadBalancer:LoadBalancer"],
  price(quote) {
    const type = quote.requiredText("loadBalancerType");
    const location = locationOf(quote);
    if (type === undefined || location === undefined) return;
    const query = { provider: "hetzner", kind: "load-balancer", item: type, region: location } as const;
    const price = quote.price(query, ["loadBalancerType"]);
    if (price !== undefined) addRunning(quote, `${type} in ${location}`, price);
  },
};

export const hcloudPricers: readonly Pricer[] = [server, primaryIp, volume, loadBalancer];

/**
 * `location`, or that of a `datacenter` such as `fsn1-dc14`, or the only one where servers stand under the same parent:
 * a volume or an address follows the server that it is attached to.
 */
function locationOf(quote: Quote): string | undefined {
  const stated = quote.text("location") ?? quote.text("datacenter")?.split("-")[0];
  if (stated !== undefined) return stated;
  const servers = quote.context.rows.beside(quote.row, SERVER).filter((row) => row !== quote.row);
  const [only, ...others] = new Set(servers.map((row) => row.inputs["location"]));
  if (typeof only === "string" && only !== UNKNOWN && others.length === 0) return only;
  if (quote.input("location") === undefined) quote.undecided(["location"], "a location such as fsn1");
  return undefined;
}

/** Hetzner's surcharge for daily backups: a share of the server's price, on the hour and on the monthly cap. */
function addBackups(quote: Quote, location: string, server: Price): void {
  const surcharge = quote.price({ provider: "hetzner", kind: "backup", item: "server", region: location }, ["backups"]);
  if (surcharge === undefined) return;
  const { hourly, monthly } = running(quote, server);
  const share = new Decimal(surcharge.amount).div(100);
  const burn = { hourly: hourly.times(share), monthly: monthly.times(share) };
  quote.add({
    label: `backups of ${server.item}, ${surcharge.amount} % of its price`,
    prices: [surcharge, server],
    quantity: new Decimal(surcharge.amount),
    unit: surcharge.unit,
    expected: burn,
    worst: burn,
  });
}

/** A server has and pays an IPv4 address unless it is switched off, or a resource of its own that is billed there. */
function hasOwnAddress(quote: Quote): boolean {
  if (quote.input("publicNets") === UNKNOWN) {
    quote.undecided(["publicNets"], "a list with ipv4Enabled");
    return true;
  }
  return quote.flag(true, "publicNets", 0, "ipv4Enabled") && quote.input("publicNets", 0, "ipv4") === undefined;
}

function addAddress(quote: Quote, location: string): void {
  const price = quote.price({ provider: "hetzner", kind: "ipv4", item: "primary", region: location }, ["location"]);
  if (price !== undefined) addRunning(quote, `primary IPv4 in ${location}`, price);
}
