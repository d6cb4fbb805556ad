import { HOURS_PER_MONTH, type Quote } from "../quote.ts";
import { Decimal } from "decimal.js";
import { addRunning, running, type Pricer } from "./pricer.ts";

/** What gp3 includes in its price by the GB; more is billed apart. Source: Amazon EBS pricing page. */
const GP3_BASELINE = { iops: 3000, throughput: 125 } as const;

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
    const disk = { gigabytes: quote.requiredNumber("size"), type: quote.text("type") ?? "gp2", iops: quote.number("iops"), throughput: quote.number("throughput") };
    addDisk(quote, { ...disk, region, path: ["size"], owner: "", hours: HOURS_PER_MONTH, worstHours: HOURS_PER_MONTH });
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
  if (typeof region === "string" && /^[a-z]{2}-[a-z]+-\d$/.test(region)) return region;
  if (quote.input("region") === undefined) quote.undecided(["region"], "a region such as eu-north-1", "Give the explicit aws provider a plain region.");
  return undefined;
}

/** One EBS disk for `hours` of disk time a month, at worst `worstHours`. */
export function addDisk(
  quote: Quote,
  disk: {
    readonly type: string;
    readonly gigabytes: number | undefined;
    readonly iops: number | undefined;
    readonly throughput: number | undefined;
    readonly region: string;
    readonly owner: string;
    readonly path: readonly (string | number)[];
    readonly hours: Decimal.Value;
    readonly worstHours: Decimal.Value;
  },
): void {
  const { type, gigabytes, region, path } = disk;
  if (gigabytes === undefined) return;
  const price = quote.price({ provider: "aws", kind: "volume", item: type, region }, path);
  if (price === undefined) return;
  if (type === "gp3" && ((disk.iops ?? 0) > GP3_BASELINE.iops || (disk.throughput ?? 0) > GP3_BASELINE.throughput)) {
    quote.report({
      rule: "cost/unknown-price",
      level: "mandatory",
      severity: "medium",
      path,
      message: `${quote.row.name} asks for more than gp3 includes; the catalogue has no price for the rest.`,
      limit: `${GP3_BASELINE.iops} IOPS and ${GP3_BASELINE.throughput} MiB/s`,
      fix: "Stay within what the volume includes, or add prices and a pricer for provisioned IOPS and throughput.",
    });
  }
  const hourly = quote.euros(price).times(gigabytes).div(HOURS_PER_MONTH);
  quote.add({
    label: `${gigabytes} GB ${type}${disk.owner} in ${region}`,
    prices: [price],
    quantity: new Decimal(gigabytes).times(disk.hours).div(HOURS_PER_MONTH),
    unit: price.unit,
    expected: spread(hourly, disk.hours),
    worst: spread(hourly, disk.worstHours),
  });
}

/** Burn of something that runs for `hours` node hours a month, as the month's average hour. */
export const spread = (hourly: Decimal, hours: Decimal.Value): ReturnType<typeof running> => ({
  hourly: hourly.times(hours).div(HOURS_PER_MONTH),
  monthly: hourly.times(hours),
});
