import { Decimal } from "decimal.js";
import { UNKNOWN } from "../../../policies/row.ts";
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
      if (quote.flag(false, "backups")) {
        const surcharge = quote.price({ provider: "hetzner", kind: "backup", item: "server", region: location }, ["backups"]);
        if (surcharge !== undefined) {
          const { hourly, monthly } = running(quote, price);
          const share = new Decimal(surcharge.amount).div(100);
          const burn = { hourly: hourly.times(share), monthly: monthly.times(share) };
          quote.add({
            label: `backups of ${type}, ${surcharge.amount} %`,
            prices: [surcharge, price],
            quantity: new Decimal(surcharge.amount),
            unit: surcharge.unit,
            expected: burn,
            worst: burn,
          });
        }
      }
    }
    if (billsOwnAddress(quote)) addAddress(quote, location);
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
    const price = quote.price({ provider: "hetzner", kind: "load-balancer", item: type, region: location }, ["loadBalancerType"]);
    if (price !== undefined) addRunning(quote, `${type} in ${location}`, price);
  },
};

export const hcloudPricers: readonly Pricer[] = [server, primaryIp, volume, loadBalancer];

/**
 * `location`, or the location that a `datacenter` such as `fsn1-dc14` is in, or that of the only place where servers stand
 * under the same parent (a volume or address follows the server it is attached to).
 */
function locationOf(quote: Quote): string | undefined {
  const stated = quote.text("location") ?? quote.text("datacenter")?.split("-")[0];
  if (stated !== undefined) return stated;
  const beside = new Set(
    quote.context.rows.siblings(quote.row, SERVER).flatMap(({ inputs }) => (typeof inputs["location"] === "string" ? inputs["location"] : [])),
  );
  const [only, ...others] = beside;
  if (only !== undefined && others.length === 0 && only !== UNKNOWN) return only;
  if (quote.input("location") === undefined) quote.undecided(["location"], "a location such as fsn1", "State the location: Hetzner would choose one, and prices differ.");
  return undefined;
}

/** A server gets and pays an IPv4 address unless it is switched off or given as a resource of its own, which is billed there. */
function billsOwnAddress(quote: Quote): boolean {
  if (quote.input("publicNets") === UNKNOWN) {
    quote.undecided(["publicNets"], "a list with ipv4Enabled", "Give publicNets a plain value.");
    return true;
  }
  return quote.flag(true, "publicNets", 0, "ipv4Enabled") && quote.input("publicNets", 0, "ipv4") === undefined;
}

function addAddress(quote: Quote, location: string): void {
  const price = quote.price({ provider: "hetzner", kind: "ipv4", item: "primary", region: location }, ["location"]);
  if (price !== undefined) addRunning(quote, `primary IPv4 in ${location}`, price);
}
