import { Decimal } from "decimal.js";
import type { Cost } from "../../../policies/cost.ts";
import { entryOf, ofKind } from "../../../stacks/spec/of-kind.ts";
import { SERVER_TYPES } from "../../../stacks/spec/server-types.ts";
import type { EnvironmentSpec } from "../../../stacks/spec/environment.ts";
import type { EnvironmentLock } from "../../../stacks/spec/lock.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { Price } from "../catalogue/schema.ts";
import { HOURS_PER_MONTH } from "../context.ts";
import { inEuros } from "../euros.ts";
import type { EnvironmentAdvice, Saving } from "./contract.ts";

/** Ten hours on five days of the week, as hours of an average month. */
const WORKING_HOURS = Math.round((10 * 5 * HOURS_PER_MONTH) / (24 * 7));
/** Shares that published fleets reach: half of the answers from a cache, a fifth of the cost by batching. */
const CACHE_SHARE = 0.5;
const BATCH_SHARE = 0.2;

export interface SavingsInput {
  readonly spec: EnvironmentSpec;
  readonly lock: EnvironmentLock;
  /** What the plan of the two costs. */
  readonly cost: Cost;
  readonly catalogue: Catalogue;
}

interface ExactSaving extends Omit<Saving, "expectedEurosPerMonth"> {
  readonly euros: Decimal;
}

/** Changes to an environment that save money, largest first. Each is counted alone. */
export function savingsOf(input: SavingsInput): EnvironmentAdvice {
  const found = [...cheaperTypes(input), ...offHours(input), ...burst(input), ...tokens(input)];
  const worth = found.filter(({ euros }) => euros.gte("0.01")).toSorted((a, b) => b.euros.comparedTo(a.euros));
  return {
    environment: input.spec.environment.name,
    expectedEurosPerMonth: input.cost.expected.monthly,
    savings: worth.map(({ euros, ...saving }) => ({ ...saving, expectedEurosPerMonth: euros.toFixed(2) })),
  };
}

/** A type that can be ordered, has at least as much of everything on the same architecture, and costs less. */
function* cheaperTypes({ spec, lock, catalogue }: SavingsInput): Iterable<ExactSaving> {
  for (const [name, pool] of Object.entries(ofKind(spec.pools, "hetzner"))) {
    const locked = entryOf("the lock's pools", ofKind(lock.pools, "hetzner"), name);
    const { location: region } = entryOf("sites", ofKind(spec.sites, "hetzner"), pool.site);
    const find = (item: string): Price | undefined =>
      catalogue.find({ provider: "hetzner", kind: "server", item, region });
    const now = find(locked.serverType);
    if (now === undefined) continue;
    const [best] = Object.entries(SERVER_TYPES)
      .filter(
        ([, { vcpu, memoryGiB, diskGiB, architecture }]) =>
          vcpu >= locked.vcpu &&
          memoryGiB >= locked.memoryGiB &&
          diskGiB >= locked.diskGiB &&
          architecture === locked.architecture,
      )
      .flatMap(([type]) => find(type) ?? [])
      .filter(({ orderable }) => orderable === true)
      .toSorted((a, b) => month(catalogue, a).comparedTo(month(catalogue, b)));
    if (best === undefined) continue;
    yield {
      what: `pool ${name}`,
      change: `${best.item} instead of ${locked.serverType}`,
      euros: month(catalogue, now).minus(month(catalogue, best)).times(pool.nodes.length),
      condition: "Servers are replaced one by one, and those from before a price rise lose their old price.",
    };
  }
}

/** Nodes that keep nothing, in an environment that nobody uses at night: deleted, as Hetzner bills what is powered off. */
function* offHours({ spec, lock, catalogue }: SavingsInput): Iterable<ExactSaving> {
  if (spec.environment.purpose === "production") return;
  for (const [name, pool] of Object.entries(ofKind(spec.pools, "hetzner"))) {
    if (pool.cluster === "server" || pool.vault || pool.protect) continue;
    const { serverType: item } = entryOf("the lock's pools", ofKind(lock.pools, "hetzner"), name);
    const { location: region } = entryOf("sites", ofKind(spec.sites, "hetzner"), pool.site);
    const price = catalogue.find({ provider: "hetzner", kind: "server", item, region });
    if (price === undefined) continue;
    yield {
      what: `pool ${name}`,
      change: `delete its servers outside ${WORKING_HOURS} working hours a month and create them again`,
      euros: month(catalogue, price)
        .minus(month(catalogue, price, WORKING_HOURS))
        .times(pool.nodes.length),
      condition: "Nothing may be kept on its disks, and each new server is ordered at the price of the day.",
    };
  }
}

/** What a burst pool saves by an empty minimum, and by spot where the catalogue has a price of it. */
function* burst({ spec, lock, catalogue }: SavingsInput): Iterable<ExactSaving> {
  for (const [name, pool] of Object.entries(ofKind(spec.pools, "aws"))) {
    if (pool.minimum === 0) continue;
    const [preferred] = entryOf("the lock's pools", ofKind(lock.pools, "aws"), name).instanceTypes;
    const { region } = entryOf("sites", ofKind(spec.sites, "aws"), pool.site);
    if (preferred === undefined) continue;
    const price = catalogue.find({ provider: "aws", kind: "instance-spot", item: preferred.type, region });
    if (price === undefined) continue;
    const used = Math.min(spec.usage.pools[name]?.nodeHoursPerMonth ?? 0, pool.minimum * HOURS_PER_MONTH);
    yield {
      what: `pool ${name}`,
      change: `minimum: 0 instead of ${pool.minimum}`,
      euros: inEuros(catalogue, price).times(pool.minimum * HOURS_PER_MONTH - used),
      condition: `A job waits for its node; ${used} node hours a month are in use.`,
    };
  }
}

/** What a response cache and batches take off the bill of each endpoint that has none yet. */
function* tokens({ spec, cost }: SavingsInput): Iterable<ExactSaving> {
  for (const { labels, expected } of cost.items) {
    const { endpoint } = labels;
    const use = endpoint === undefined ? undefined : spec.usage.tokens[endpoint];
    if (endpoint === undefined || use === undefined) continue;
    const what = `endpoint ${endpoint}`;
    if (use.cacheHitShare === 0) {
      yield {
        what,
        change: `a response cache that answers ${CACHE_SHARE * 100} % of the requests`,
        euros: new Decimal(expected.monthly).times(CACHE_SHARE),
        condition: "Requests have to repeat; the share is that of published fleets, not measured here.",
      };
    }
    if (use.batchedShare === 0) {
      yield {
        what,
        change: "the provider's batch interface",
        euros: new Decimal(expected.monthly).times(BATCH_SHARE),
        condition: `Answers may come hours later; ${BATCH_SHARE * 100} % is the upper figure of published fleets.`,
      };
    }
  }
}

/** What so many hours of a server cost, at most the monthly cap. */
function month(catalogue: Catalogue, price: Price, hours: number = HOURS_PER_MONTH): Decimal {
  const euros = inEuros(catalogue, price).times(hours);
  return price.monthlyCap === undefined ? euros : Decimal.min(euros, inEuros(catalogue, price, price.monthlyCap));
}
