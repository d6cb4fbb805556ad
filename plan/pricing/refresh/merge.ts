import { Decimal } from "decimal.js";
import { allowancesText } from "../catalogue/allowances.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { KINDS, type Price, type PriceFile } from "../catalogue/schema.ts";
import type { Observed, Reading } from "./observed.ts";

type List = PriceFile["lists"][number];

/** Days for which a price that was read from a provider is trusted. */
const TRUSTED_DAYS = 180;

/** Where a new price is paid by new orders only, and who has the old one keeps it. */
const HAS_COHORTS: ReadonlySet<string> = new Set(["hetzner/server"]);

/**
 * A provider's file with what its API said today. What was read by the same way before and says the same is replaced;
 * what differs stays as history, and so does everything else.
 *
 * @param catalogue The prices in force; a figure that equals theirs keeps their spelling and their cohort.
 */
export function merged(file: PriceFile, reading: Reading, catalogue: Catalogue, today: string): PriceFile {
  const { provider, source, prices } = reading;
  const spelt = prices.map((price) => inCatalogueSpelling(price, provider, catalogue, today));
  const groups = Map.groupBy(spelt, ({ price, cohort }) => [price.kind, price.currency, cohort ?? ""].join(" "));
  const fresh = [...groups.values()].map((group) => listOf(group, source, today));
  const kept = file.lists.filter((list) => !fresh.some((next) => replaces(next, list)));
  return { provider: file.provider, lists: [...kept, ...fresh] };
}

interface Spelt {
  readonly price: Observed;
  readonly cohort: string | undefined;
}

function inCatalogueSpelling(price: Observed, provider: string, catalogue: Catalogue, today: string): Spelt {
  const { kind, item, region } = price;
  const known = catalogue.find({ provider, kind, item, region });
  if (known === undefined) return { price, cohort: undefined };
  const amount = spelling(price.amount, known.amount);
  const monthlyCap = price.monthlyCap === undefined ? undefined : spelling(price.monthlyCap, known.monthlyCap);
  const moved = amount !== known.amount || monthlyCap !== known.monthlyCap;
  const cohort = moved && HAS_COHORTS.has(`${provider}/${kind}`) ? today : known.cohort;
  return { price: { ...price, amount, ...(monthlyCap === undefined ? {} : { monthlyCap }) }, cohort };
}

/** `text`, or what the catalogue writes for the same number. */
const spelling = (text: string, known: string | undefined): string =>
  known !== undefined && new Decimal(text).equals(known) ? known : text;

/** One list of prices that share all but item, region and figures; regions with the same row stand in one. */
function listOf(group: readonly Spelt[], source: string, today: string): List {
  const [first] = group;
  if (first === undefined) throw new Error("a group of prices is never empty");
  const { kind, currency } = first.price;
  const rows = Map.groupBy(group, ({ price: { region: _region, kind: _kind, currency: _currency, ...row } }) =>
    JSON.stringify(row),
  );
  return {
    kind,
    unit: KINDS[kind],
    currency,
    regions: [...new Set(group.map(({ price }) => price.region))],
    source,
    evidence: "provider",
    observedAt: today,
    validUntil: daysAfter(today, TRUSTED_DAYS),
    ...(first.cohort === undefined ? {} : { cohort: first.cohort }),
    rows: [...rows.values()].flatMap((same) => {
      const [spelt] = same;
      if (spelt === undefined) return [];
      const { region: _region, kind: _kind, currency: _currency, included, ...row } = spelt.price;
      return [
        { ...row, ...(included === undefined ? {} : { included }), regions: same.map(({ price }) => price.region) },
      ];
    }),
  };
}

/** The same reading of the same prices: of the same day, or of an earlier one with the same figures. */
function replaces(next: List, list: List): boolean {
  const { source, kind, currency, cohort, observedAt } = list;
  if (source !== next.source || kind !== next.kind || currency !== next.currency || cohort !== next.cohort)
    return false;
  return observedAt === next.observedAt || figuresOf(list) === figuresOf(next);
}

const figuresOf = ({ rows, regions: shared }: List): string =>
  rows
    .flatMap(({ regions = shared, item, amount, monthlyCap, low, high, included = {}, orderable }) =>
      regions.map((region) =>
        [item, region, amount, monthlyCap, low, high, allowancesText(included), orderable].join(" "),
      ),
    )
    .toSorted()
    .join("\n");

function daysAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, day.length);
}

/** Instance types that the catalogue has an on-demand price of, by region. */
export function wantedInstances(prices: readonly Price[]): ReadonlyMap<string, ReadonlySet<string>> {
  const known = prices.filter(({ provider, kind }) => provider === "aws" && kind === "instance-on-demand");
  const byRegion = Map.groupBy(known, ({ region }) => region);
  return new Map([...byRegion].map(([region, list]) => [region, new Set(list.map(({ item }) => item))]));
}
