import { Decimal } from "decimal.js";
import { isBought } from "../../../policies/cost/burst-group.ts";
import type { Row } from "../../../policies/row.ts";
import type { Price } from "../catalogue/schema.ts";
import { HOURS_PER_MONTH } from "../context.ts";
import { isList, valueAt, type Path } from "../inputs.ts";
import type { Quote } from "../quote.ts";
import { regionOf, spread } from "./aws.ts";
import { addAddresses, addDisks, templateOf } from "./aws-node.ts";
import type { Pricer } from "./pricer.ts";

const MIXED = "mixedInstancesPolicy";

/**
 * An Auto Scaling group. Expected: the usage section's node hours (else the desired size all month) of the first
 * instance type, on spot as far as the group's distribution says so. Worst: the maximum size, all month, of the dearest
 * type, on-demand. Disks and public addresses come from the launch template and count for the same hours.
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
    if (!isBought(quote.row)) addCompute(quote, { region, hours, maximum, template });
    if (template === undefined) {
      const fix = "Declare the group's launch template beside it, so that disks and addresses are priced.";
      quote.undecided([MIXED, "launchTemplate"], "a launch template of the same component", fix);
      return;
    }
    const time = { region, hours, worstHours, owner: " of each node" };
    addDisks(quote, template, time);
    addAddresses(quote, template, time);
  },
};

function expectedHours(quote: Quote, mostHours: number): number | undefined {
  const pool = quote.row.labels.pool;
  const stated = pool === undefined ? undefined : quote.context.usage.pools[pool]?.nodeHoursPerMonth;
  if (stated === undefined) {
    const desired =
      quote.input("desiredCapacity") === undefined ? quote.requiredNumber("minSize") : quote.number("desiredCapacity");
    return desired === undefined ? undefined : Math.min(desired * HOURS_PER_MONTH, mostHours);
  }
  // A pool without room is asleep, and the statement is about when it is awake.
  if (mostHours > 0 && stated > mostHours) {
    quote.report({
      rule: "cost/usage-over-capacity",
      level: "mandatory",
      severity: "medium",
      path: ["maxSize"],
      message: `usage.pools.${pool} states ${stated} node hours, more than the pool can run; ${mostHours} are counted.`,
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
  const onDemand = types.map(({ name, path }) =>
    quote.price({ provider: "aws", kind: "instance-on-demand", item: name, region }, path),
  );
  const { buys, onDemandHours, spotHours } = purchase(quote, hours, template);
  const spotQuery = { provider: "aws", kind: "instance-spot", item: preferred.name, region } as const;
  const spot = buys === "on-demand" ? undefined : quote.price(spotQuery, preferred.path);
  const list = buys === "spot" ? undefined : onDemand[0];
  if ((buys !== "on-demand" && spot === undefined) || (buys !== "spot" && list === undefined)) return;
  if (spot !== undefined) warnOfLowBid(quote, spot);

  const cost = (price: Price | undefined, part: Decimal): Decimal =>
    price === undefined ? new Decimal(0) : quote.euros(price).times(part);
  const expected = cost(spot, spotHours).plus(cost(list, onDemandHours));
  const candidates = [...onDemand, spot].filter((price) => price !== undefined);
  const [dearest] = candidates.toSorted((a, b) => quote.euros(b).comparedTo(quote.euros(a)));
  if (dearest === undefined) return;
  const worstWay = dearest.kind === "instance-spot" ? "spot" : "on-demand";
  quote.add({
    label: `${preferred.name} ${buys} in ${region}, at worst ${maximum} x ${dearest.item} ${worstWay}`,
    prices: [spot, list, dearest].filter((price) => price !== undefined),
    quantity: new Decimal(hours),
    unit: "hour",
    expected: { hourly: expected.div(HOURS_PER_MONTH), monthly: expected },
    worst: spread(quote.euros(dearest), maximum * HOURS_PER_MONTH),
  });
}

/** A bid below the market price starts no node: the estimate would promise a pool that never comes. */
function warnOfLowBid(quote: Quote, spot: Price): void {
  const path = [MIXED, "instancesDistribution", "spotMaxPrice"] as const;
  const bid = quote.number(...path);
  if (bid === undefined || new Decimal(spot.amount).lessThanOrEqualTo(bid)) return;
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
  readonly path: Path;
}

/** The overrides in order of preference, else the launch template's own type. */
function instanceTypes(quote: Quote, template: Row | undefined): InstanceType[] {
  const at = [MIXED, "launchTemplate", "overrides"] as const;
  const overrides = quote.input(...at);
  if (isList(overrides) && overrides.length > 0) {
    return overrides.flatMap((_, index) => {
      const weight = quote.number(...at, index, "weightedCapacity");
      if (weight !== undefined && weight !== 1) {
        quote.undecided([...at, index, "weightedCapacity"], "1, as sizes are counted in nodes");
      }
      const name = quote.requiredText(...at, index, "instanceType");
      return name === undefined ? [] : [{ name, path: [...at, index, "instanceType"] }];
    });
  }
  const name = template === undefined ? undefined : quote.of(template).text("instanceType");
  if (name !== undefined) return [{ name, path: at }];
  quote.undecided(at, "a list of instance types");
  return [];
}

interface Purchase {
  readonly buys: "spot" | "on-demand" | "spot and on-demand";
  readonly onDemandHours: Decimal;
  readonly spotHours: Decimal;
}

/** How AWS divides the hours. Without a stated distribution all are on-demand, unless the template asks for spot. */
function purchase(quote: Quote, hours: number, template: Row | undefined): Purchase {
  const at = [MIXED, "instancesDistribution"] as const;
  const asksForSpot = valueAt(template?.inputs ?? {}, ["instanceMarketOptions", "marketType"]) === "spot";
  const unmixed = quote.input(MIXED) === undefined;
  const baseNodes = quote.number(...at, "onDemandBaseCapacity") ?? 0;
  const percent = quote.number(...at, "onDemandPercentageAboveBaseCapacity") ?? (unmixed && asksForSpot ? 0 : 100);

  const base = Decimal.min(hours, baseNodes * HOURS_PER_MONTH);
  const onDemandHours = base.plus(new Decimal(hours).minus(base).times(percent).div(100));
  const buys = percent >= 100 ? "on-demand" : percent === 0 && baseNodes === 0 ? "spot" : "spot and on-demand";
  return { buys, onDemandHours, spotHours: new Decimal(hours).minus(onDemandHours) };
}
