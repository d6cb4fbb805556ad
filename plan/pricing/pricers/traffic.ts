import { Decimal } from "decimal.js";
import type { Price } from "../catalogue/schema.ts";
import type { PricedSite, StatedTraffic } from "../context.ts";
import type { Quote } from "../quote.ts";
import { tieredCost } from "../tiered.ts";
import { monthly } from "./pricer.ts";

const SERVER = "hcloud:index/server:Server";
/** Hetzner counts what a server includes in TiB (its API, `included_traffic` in bytes) and bills by the TB. */
const GB_PER_TIB = new Decimal(1024).pow(4).div(1e9);
const GB_PER_TB = 1000;

type Route = StatedTraffic & { readonly name: string };

/**
 * A line for each route that leaves a cloud's site. Who receives pays nothing, and an on-prem room's line is not priced
 * by the byte. What is included or falls with volume is shared by a site's (Hetzner) or all regions' (AWS) routes in
 * proportion to their bytes.
 */
export function addTraffic(quote: Quote): void {
  const { usage, sites = {} } = quote.context;
  const routes = Object.entries(usage.traffic ?? {}).map(([name, route]) => ({ name, ...route }));
  for (const [from, own] of Map.groupBy(routes, (route) => route.from)) {
    const site = sites[from];
    if (site?.kind === "hetzner") addHetzner(quote, site, own);
  }
  addAws(
    quote,
    routes.filter(({ from }) => sites[from]?.kind === "aws"),
  );
}

/**
 * Servers of a location include traffic each for itself. Expected: the routes leave evenly over the servers. Worst: all
 * of them leave by the one that includes least.
 */
function addHetzner(quote: Quote, { location = "" }: PricedSite, routes: readonly Route[]): void {
  const overage = quote.price(
    { provider: "hetzner", kind: "egress", item: "overage", region: location },
    at(routes[0]),
  );
  if (overage === undefined) return;
  const included = includedGigabytes(quote, location);
  const cost = (free: Decimal): Decimal =>
    Decimal.max(total(routes).minus(free), 0).div(GB_PER_TB).times(quote.euros(overage));
  const least = Decimal.min(...(included.length === 0 ? [0] : included));
  addRoutes(quote, routes, { prices: [overage], expected: cost(Decimal.sum(0, ...included)), worst: cost(least) });
}

/** What each server of the location includes a month. */
function includedGigabytes({ context }: Quote, location: string): Decimal[] {
  return context.rows
    .ofType(SERVER)
    .filter(({ inputs }) => inputs["location"] === location)
    .map(({ inputs }) => {
      const item = String(inputs["serverType"]);
      const price = context.catalogue.find({ provider: "hetzner", kind: "server", item, region: location });
      return GB_PER_TIB.times(price?.included?.outboundTiB ?? 0);
    });
}

/** The free gigabytes and the tiers count over all regions of the account. */
function addAws(quote: Quote, routes: readonly Route[]): void {
  const [first] = routes;
  if (first === undefined) return;
  const region = quote.context.sites?.[first.from]?.region ?? "";
  const query = { provider: "aws", kind: "internet-traffic", item: "out", region } as const;
  const price = quote.price(query, at(first));
  if (price === undefined) return;
  const tiers = quote.context.catalogue.tiers(query);
  const cost = (free: Decimal.Value): Decimal => quote.euros(price, tieredCost(tiers, total(routes), free));
  addRoutes(quote, routes, { prices: tiers, expected: cost(price.included?.outboundGB ?? 0), worst: cost(0) });
}

interface Bill {
  readonly prices: readonly Price[];
  readonly expected: Decimal;
  readonly worst: Decimal;
}

function addRoutes(quote: Quote, routes: readonly Route[], { prices, expected, worst }: Bill): void {
  const all = total(routes);
  for (const { name, from, to, team, gigabytesPerMonth } of routes) {
    const part = all.isZero() ? new Decimal(0) : new Decimal(gigabytesPerMonth).div(all);
    quote.add({
      label: `traffic ${name} from ${from} to ${to}`,
      prices,
      quantity: new Decimal(gigabytesPerMonth),
      unit: "GB",
      expected: monthly(expected.times(part)),
      worst: monthly(worst.times(part)),
      labels: { ...quote.row.labels, team, route: name },
    });
  }
}

const total = (routes: readonly Route[]): Decimal =>
  Decimal.sum(0, ...routes.map(({ gigabytesPerMonth }) => gigabytesPerMonth));

const at = (route: Route | undefined): string[] => ["usage", "traffic", ...(route === undefined ? [] : [route.name])];
