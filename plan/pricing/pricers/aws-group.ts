import { Decimal } from "decimal.js";
import type { Row, Value } from "../../../policies/row.ts";
import type { Price } from "../catalogue/schema.ts";
import { HOURS_PER_MONTH, type Quote } from "../quote.ts";
import { addDisk, regionOf, spread } from "./aws.ts";
import type { Pricer } from "./pricer.ts";

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const SUBNET = "aws:ec2/subnet:Subnet";
const MIXED = "mixedInstancesPolicy";

/**
 * An Auto Scaling group. Expected: the usage section's node hours (else the desired size all month), the first instance type,
 * spot where the group's distribution says so. Worst: the maximum size, all month, of the dearest type, on-demand.
 * Disks and public addresses come from its launch template and count for the same hours.
 */
export const group: Pricer = {
  types: ["aws:autoscaling/group:Group"],
  price(quote) {
    const region = regionOf(quote);
    const maximum = quote.requiredNumber("maxSize");
    if (region === undefined || maximum === undefined) return;
    const worstHours = maximum * HOURS_PER_MONTH;
    const hours = expectedHours(quote, worstHours);
    if (hours === undefined) return;
    const template = templateOf(quote);
    addCompute(quote, { region, hours, maximum, template });
    if (template === undefined) {
      quote.undecided([MIXED, "launchTemplate"], "a launch template in the same component", "Declare the group's launch template beside it, so that disks and addresses are priced.");
      return;
    }
    addDisks(quote, template, { region, hours, worstHours });
    if (hasPublicAddress(quote, template)) addAddresses(quote, { region, hours, worstHours });
  },
};

function expectedHours(quote: Quote, mostHours: number): number | undefined {
  const pool = quote.row.labels.pool;
  const stated = pool === undefined ? undefined : quote.context.usage.pools[pool]?.nodeHoursPerMonth;
  if (stated === undefined) {
    const desired = quote.input("desiredCapacity") === undefined ? quote.requiredNumber("minSize") : quote.number("desiredCapacity");
    return desired === undefined ? undefined : Math.min(desired * HOURS_PER_MONTH, mostHours);
  }
  if (stated > mostHours) {
    quote.report({
      rule: "cost/usage-over-capacity",
      level: "mandatory",
      severity: "medium",
      path: ["maxSize"],
      message: `usage.pools.${pool}.nodeHoursPerMonth is ${stated}, more than the pool can run; ${mostHours} are priced.`,
      limit: `${mostHours} node hours: maxSize x ${HOURS_PER_MONTH}`,
      fix: `Lower usage.pools.${pool}.nodeHoursPerMonth or raise the pool's maximum.`,
    });
  }
  return Math.min(stated, mostHours);
}

interface Compute {
  readonly region: string;
  readonly hours: number;
  readonly maximum: number;
  readonly template: Row | undefined;
}

function addCompute(quote: Quote, { region, hours, maximum, template }: Compute): void {
  const types = instanceTypes(quote, template);
  const [preferred] = types;
  if (preferred === undefined) return;
  const onDemand = types.map((type) => quote.price({ provider: "aws", kind: "instance-on-demand", item: type.name, region }, type.path));
  const { onDemandHours, spotHours } = split(quote, hours, template);
  const spot = spotHours.isZero() ? undefined : quote.price({ provider: "aws", kind: "instance-spot", item: preferred.name, region }, preferred.path);
  const list = onDemand[0];
  warnOfLowBid(quote, spot);
  if ((spot === undefined && !spotHours.isZero()) || (list === undefined && !onDemandHours.isZero())) return;

  const cost = (price: Price | undefined, part: Decimal): Decimal => (price === undefined ? new Decimal(0) : quote.euros(price).times(part));
  const expected = cost(spot, spotHours).plus(cost(list, onDemandHours));
  const candidates = [...onDemand, spot].filter((price) => price !== undefined);
  const dearest = candidates.toSorted((a, b) => quote.euros(b).comparedTo(quote.euros(a)))[0];
  if (dearest === undefined) return;
  const way = onDemandHours.isZero() ? "spot" : spotHours.isZero() ? "on-demand" : "spot and on-demand";
  quote.add({
    label: `${preferred.name} ${way} in ${region}, at worst ${maximum} x ${dearest.item} ${dearest.kind === "instance-spot" ? "spot" : "on-demand"}`,
    prices: [spot, onDemandHours.isZero() ? undefined : list, dearest].filter((price) => price !== undefined),
    quantity: new Decimal(hours),
    unit: "hour",
    expected: { hourly: expected.div(HOURS_PER_MONTH), monthly: expected },
    worst: spread(quote.euros(dearest), maximum * HOURS_PER_MONTH),
  });
}

/** A bid below the market price starts no node: the estimate would promise a pool that never comes. */
function warnOfLowBid(quote: Quote, spot: Price | undefined): void {
  const path = [MIXED, "instancesDistribution", "spotMaxPrice"] as const;
  const bid = quote.number(...path);
  if (spot === undefined || bid === undefined || new Decimal(spot.amount).lessThanOrEqualTo(bid)) return;
  quote.report({
    rule: "cost/bid-below-spot",
    level: "advisory",
    severity: "medium",
    path,
    message: `${quote.row.name} bids less than ${spot.item} costs on spot, so it may never start a node.`,
    limit: `at least ${spot.amount} ${spot.currency} an hour, seen on ${spot.observedAt}`,
    fix: "Raise the pool's maximumPriceShare, or prefer a type whose spot price lies below the bid.",
  });
}

interface InstanceType {
  readonly name: string;
  readonly path: readonly (string | number)[];
}

/** The overrides in order of preference, else the launch template's own type. */
function instanceTypes(quote: Quote, template: Row | undefined): InstanceType[] {
  const overrides = quote.input(MIXED, "launchTemplate", "overrides");
  if (!Array.isArray(overrides) || overrides.length === 0) {
    const own = template?.inputs["instanceType"];
    if (typeof own === "string" && isInstanceType(own)) return [{ name: own, path: [MIXED] }];
    quote.undecided([MIXED, "launchTemplate", "overrides"], "a list of instance types", "Name the instance types as overrides of the launch template.");
    return [];
  }
  return overrides.flatMap((_, index): InstanceType[] => {
    const at = [MIXED, "launchTemplate", "overrides", index] as const;
    const weight = quote.number(...at, "weightedCapacity");
    if (weight !== undefined && weight !== 1) quote.undecided([...at, "weightedCapacity"], "1", "Leave weights out: sizes are counted in nodes.");
    const name = quote.requiredText(...at, "instanceType");
    return name === undefined ? [] : [{ name, path: [...at, "instanceType"] }];
  });
}

const isInstanceType = (text: string): boolean => /^[a-z0-9-]+\.[a-z0-9-]+$/.test(text);

/** How the hours divide. Without a stated distribution AWS buys everything on demand, unless the template asks for spot. */
function split(quote: Quote, hours: number, template: Row | undefined): { onDemandHours: Decimal; spotHours: Decimal } {
  const total = new Decimal(hours);
  if (quote.input(MIXED) === undefined) {
    const spot = field(template?.inputs["instanceMarketOptions"], "marketType") === "spot";
    return { onDemandHours: spot ? new Decimal(0) : total, spotHours: spot ? total : new Decimal(0) };
  }
  const at = [MIXED, "instancesDistribution"] as const;
  const base = Decimal.min(total, new Decimal(quote.number(...at, "onDemandBaseCapacity") ?? 0).times(HOURS_PER_MONTH));
  const share = new Decimal(quote.number(...at, "onDemandPercentageAboveBaseCapacity") ?? 100).div(100);
  const onDemandHours = base.plus(total.minus(base).times(share));
  return { onDemandHours, spotHours: total.minus(onDemandHours) };
}

/** Ids are unknown before `up`: the template is the one of that name, else the only one in the component or the pool. */
function templateOf(quote: Quote): Row | undefined {
  const name = quote.input("launchTemplate", "name") ?? quote.input(MIXED, "launchTemplate", "launchTemplateSpecification", "launchTemplateName");
  const all = quote.context.rows.ofType(TEMPLATE);
  const { parent, labels } = quote.row;
  return (
    only(all.filter((row) => name !== undefined && row.inputs["name"] === name)) ??
    only(all.filter((row) => row.parent === parent)) ??
    only(all.filter((row) => labels.pool !== undefined && row.labels.pool === labels.pool))
  );
}

const only = <T>(candidates: readonly T[]): T | undefined => (candidates.length === 1 ? candidates[0] : undefined);

interface Time {
  readonly region: string;
  readonly hours: number;
  readonly worstHours: number;
}

function addDisks(quote: Quote, template: Row, time: Time): void {
  const disks = quote.of(template);
  const mappings = disks.input("blockDeviceMappings");
  if (!Array.isArray(mappings) || mappings.length === 0) {
    quote.undecided([MIXED, "launchTemplate"], "blockDeviceMappings with a size", `Give ${template.name} blockDeviceMappings: else the image decides the disk.`);
    return;
  }
  for (const index of mappings.keys()) {
    const at = ["blockDeviceMappings", index, "ebs"] as const;
    if (disks.input(...at) === undefined) continue;
    addDisk(quote, {
      type: disks.text(...at, "volumeType") ?? "gp3",
      gigabytes: disks.requiredNumber(...at, "volumeSize"),
      iops: disks.number(...at, "iops"),
      throughput: disks.number(...at, "throughput"),
      owner: " of each node",
      path: [MIXED, "launchTemplate"],
      ...time,
    });
  }
}

/** Stated by the template's first interface, else by the subnets of the group's provider. */
function hasPublicAddress(quote: Quote, template: Row): boolean {
  const stated = quote.of(template);
  const path = ["networkInterfaces", 0, "associatePublicIpAddress"] as const;
  if (stated.input(...path) !== undefined) return stated.flag(true, ...path);
  return quote.context.rows.ofType(SUBNET).some((row) => row.provider === quote.row.provider && row.inputs["mapPublicIpOnLaunch"] === true);
}

function addAddresses(quote: Quote, { region, hours, worstHours }: Time): void {
  const price = quote.price({ provider: "aws", kind: "ipv4", item: "public", region }, []);
  if (price === undefined) return;
  const hourly = quote.euros(price);
  quote.add({
    label: `public IPv4 of each node in ${region}`,
    prices: [price],
    quantity: new Decimal(hours),
    unit: price.unit,
    expected: spread(hourly, hours),
    worst: spread(hourly, worstHours),
  });
}

const field = (value: Value | undefined, name: string): Value | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as { readonly [key: string]: Value })[name] : undefined;
