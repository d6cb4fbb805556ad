import { Decimal } from "decimal.js";
import type { Row } from "../../../policies/row.ts";
import { isList } from "../inputs.ts";
import type { Quote } from "../quote.ts";
import { addDisk, spread, type BilledTime } from "./aws.ts";

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const SUBNET = "aws:ec2/subnet:Subnet";

/** Ids are unknown before `up`: a group's template is the only one in its component, or else in its pool. */
export function templateOf({ row, context }: Quote): Row | undefined {
  const samePool = (other: Row): boolean => row.labels.pool !== undefined && other.labels.pool === row.labels.pool;
  return only(context.rows.beside(row, TEMPLATE)) ?? only(context.rows.ofType(TEMPLATE).filter(samePool));
}

const only = <T>(candidates: readonly T[]): T | undefined => (candidates.length === 1 ? candidates[0] : undefined);

/** Disks that the launch template gives every node. */
export function addDisks(quote: Quote, template: Row, time: BilledTime): void {
  const disks = quote.of(template);
  const mappings = disks.input("blockDeviceMappings");
  if (!isList(mappings) || mappings.length === 0) {
    disks.undecided(["blockDeviceMappings"], "a list with the size of each disk");
    return;
  }
  for (const index of mappings.keys()) {
    const at = ["blockDeviceMappings", index, "ebs"] as const;
    if (disks.input(...at) === undefined) continue;
    addDisk(quote, { quote: disks, at, size: "volumeSize", type: "volumeType" }, time);
  }
}

/** Public addresses of the nodes: decided by the template's first interface, else by the provider's subnets. */
export function addAddresses(quote: Quote, template: Row, { region, owner, hours, worstHours }: BilledTime): void {
  if (!hasAddress(quote, template)) return;
  const price = quote.price({ provider: "aws", kind: "ipv4", item: "public", region }, []);
  if (price === undefined) return;
  const hourly = quote.euros(price);
  quote.add({
    label: `public IPv4${owner} in ${region}`,
    prices: [price],
    quantity: new Decimal(hours),
    unit: price.unit,
    expected: spread(hourly, hours),
    worst: spread(hourly, worstHours),
  });
}

function hasAddress(quote: Quote, template: Row): boolean {
  const interfaces = quote.of(template);
  const path = ["networkInterfaces", 0, "associatePublicIpAddress"] as const;
  if (interfaces.input(...path) !== undefined) return interfaces.flag(true, ...path);
  const subnets = quote.context.rows.ofType(SUBNET).filter(({ provider }) => provider === quote.row.provider);
  return subnets.some((subnet) => quote.of(subnet).flag(false, "mapPublicIpOnLaunch"));
}
