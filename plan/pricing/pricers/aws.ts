import { Decimal } from "decimal.js";
import { UNKNOWN } from "../../../policies/row.ts";
import { HOURS_PER_MONTH } from "../context.ts";
import type { Path } from "../inputs.ts";
import type { ExactBurn, Quote } from "../quote.ts";
import { addRunning, type Pricer } from "./pricer.ts";

/** IOPS and MiB/s that gp3's price by the GB includes; more is billed apart. Source: Amazon EBS pricing page. */
const GP3_INCLUDES = { iops: 3000, throughput: 125 };

const natGateway: Pricer = {
  types: ["aws:ec2/natGateway:NatGateway"],
  price(quote) {
    const region = regionOf(quote);
    if (region === undefined) return;
    const price = quote.price({ provider: "aws", kind: "nat-gateway", item: "gateway", region }, []);
    if (price === undefined) return;
    addRunning(quote, `NAT gateway in ${region}`, price);
    quote.report({
      rule: "cost/no-usage",
      level: "advisory",
      severity: "medium",
      path: [],
      message: `${quote.row.name} bills every GB that passes it; the plan does not know how many.`,
      limit: "an S3 gateway endpoint beside every NAT gateway, and few bytes through it",
      fix: "Keep weights and images off the gateway, or give nodes public addresses without inbound rules instead.",
    });
  },
};

const address: Pricer = {
  types: ["aws:ec2/eip:Eip"],
  price(quote) {
    const region = regionOf(quote);
    if (region === undefined) return;
    const price = quote.price({ provider: "aws", kind: "ipv4", item: "public", region }, []);
    if (price !== undefined) addRunning(quote, `public IPv4 in ${region}`, price);
  },
};

const volume: Pricer = {
  types: ["aws:ebs/volume:Volume"],
  price(quote) {
    const region = regionOf(quote);
    if (region === undefined) return;
    const source = { quote, at: [], size: "size", type: "type" };
    addDisk(quote, source, { region, owner: "", hours: HOURS_PER_MONTH, worstHours: HOURS_PER_MONTH });
  },
};

const endpoint: Pricer = {
  types: ["aws:ec2/vpcEndpoint:VpcEndpoint"],
  price(quote) {
    const type = quote.text("vpcEndpointType") ?? "Gateway";
    if (type === "Gateway") return;
    quote.report({
      rule: "cost/no-price",
      level: "mandatory",
      severity: "high",
      path: ["vpcEndpointType"],
      message: `${quote.row.name} is billed by the hour and GB; only gateway endpoints are free.`,
      limit: "Gateway, or a type with a price",
      fix: "Use a gateway endpoint, or add a pricer and a price for this type.",
    });
  },
};

export const awsPricers: readonly Pricer[] = [natGateway, address, volume, endpoint];

/** The resource's own region or that of its explicit provider. */
export function regionOf(quote: Quote): string | undefined {
  const own = quote.text("region");
  if (own !== undefined) return own;
  const region = quote.context.rows.byUrn(quote.row.provider)?.inputs["region"];
  if (typeof region === "string" && region !== UNKNOWN) return region;
  if (quote.input("region") === undefined) {
    quote.undecided(["region"], "a region such as eu-north-1", "Give the explicit aws provider a plain region.");
  }
  return undefined;
}

/** Where a disk is described: the quote that reads it, the place, and the names of its size and type there. */
export interface DiskSource {
  readonly quote: Quote;
  readonly at: Path;
  readonly size: string;
  readonly type: string;
}

/** For how many hours a month something is billed. */
export interface BilledTime {
  readonly region: string;
  /** Ends the label, such as ` of each node`. */
  readonly owner: string;
  readonly hours: number;
  readonly worstHours: number;
}

/** Adds one EBS disk. Without a type AWS creates gp2. */
export function addDisk(quote: Quote, source: DiskSource, { region, owner, hours, worstHours }: BilledTime): void {
  const { quote: disk, at } = source;
  const gigabytes = disk.requiredNumber(...at, source.size);
  const type = disk.text(...at, source.type) ?? "gp2";
  if (gigabytes === undefined) return;
  const price = disk.price({ provider: "aws", kind: "volume", item: type, region }, [...at, source.type]);
  if (price === undefined) return;
  for (const [field, included] of Object.entries(type === "gp3" ? GP3_INCLUDES : {})) {
    if ((disk.number(...at, field) ?? 0) <= included) continue;
    disk.report({
      rule: "cost/unknown-price",
      level: "mandatory",
      severity: "medium",
      path: [...at, field],
      message: `${disk.row.name} asks for more ${field} than gp3 includes; the catalogue has no price for the rest.`,
      limit: String(included),
      fix: "Stay within what gp3 includes, or add a price and a pricer for the rest.",
    });
  }
  const hourly = quote.euros(price).times(gigabytes).div(HOURS_PER_MONTH);
  quote.add({
    label: `${gigabytes} GB ${type}${owner} in ${region}`,
    prices: [price],
    quantity: new Decimal(gigabytes).times(hours).div(HOURS_PER_MONTH),
    unit: price.unit,
    expected: spread(hourly, hours),
    worst: spread(hourly, worstHours),
  });
}

/** Burn of something that is billed for `hours` of the month, as the month's average hour. */
export const spread = (hourly: Decimal, hours: Decimal.Value): ExactBurn => ({
  hourly: hourly.times(hours).div(HOURS_PER_MONTH),
  monthly: hourly.times(hours),
});
