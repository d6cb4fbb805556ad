import { Decimal } from "decimal.js";
import { z } from "zod";
import { EVERYWHERE } from "../catalogue/schema.ts";
import { askJson, FeedError } from "./feed.ts";
import type { Observed, Reading } from "./observed.ts";

const BYTES_PER_TIB = new Decimal(1024).pow(4);
const PAGE_SIZE = 50;

const amount = z.object({ net: z.string() });
const running = z.object({ location: z.string(), price_hourly: amount, price_monthly: amount });
const metered = running.extend({ included_traffic: z.number(), price_per_tb_traffic: amount });

/** The parts of Hetzner's `GET /v1/pricing` that the catalogue has kinds for. */
const pricing = z.object({
  pricing: z.object({
    currency: z.string(),
    image: z.object({ price_per_gb_month: amount }),
    volume: z.object({ price_per_gb_month: amount }),
    server_backup: z.object({ percentage: z.string() }),
    primary_ips: z.array(z.object({ type: z.string(), prices: z.array(running) })),
    server_types: z.array(z.object({ name: z.string(), prices: z.array(metered) })),
    load_balancer_types: z.array(z.object({ name: z.string(), prices: z.array(metered) })),
  }),
});

/** One page of `GET /v1/server_types`. */
const types = z.object({
  server_types: z.array(
    z.object({ name: z.string(), locations: z.array(z.object({ name: z.string(), available: z.boolean() })) }),
  ),
  meta: z.object({ pagination: z.object({ next_page: z.number().nullable() }) }),
});

type Pricing = z.infer<typeof pricing>["pricing"];

/**
 * Hetzner's prices and what can be ordered, from its API.
 *
 * @param base Such as `https://api.hetzner.cloud`.
 * @throws {FeedError} if an answer is missing or of another shape.
 */
export async function readHetzner(base: URL, token: string): Promise<Reading> {
  const headers = { authorization: `Bearer ${token}` };
  const { pricing: prices } = shaped(pricing, await askJson(new URL("/v1/pricing", base), headers), "/v1/pricing");
  const orderable = await readStock(base, headers);
  return {
    provider: "hetzner",
    source: "Hetzner Cloud API, /v1/pricing and /v1/server_types",
    prices: observe(prices, orderable),
  };
}

/** Whether a type can be ordered, by `type/location`. */
async function readStock(base: URL, headers: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, boolean>> {
  const stock = new Map<string, boolean>();
  for (let page: number | null = 1; page !== null;) {
    const url = new URL(`/v1/server_types?page=${page}&per_page=${PAGE_SIZE}`, base);
    const answer: z.infer<typeof types> = shaped(types, await askJson(url, headers), "/v1/server_types");
    for (const { name, locations } of answer.server_types) {
      for (const { name: location, available } of locations) stock.set(`${name}/${location}`, available);
    }
    page = answer.meta.pagination.next_page;
  }
  return stock;
}

function shaped<T>(schema: z.ZodType<T>, answer: unknown, path: string): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new FeedError(`Hetzner's ${path} has another shape than expected:\n${z.prettifyError(parsed.error)}`);
}

function observe(prices: Pricing, orderable: ReadonlyMap<string, boolean>): Observed[] {
  const { currency } = prices;
  const found: Observed[] = [
    ...prices.server_types.flatMap(({ name: item, prices: list }) =>
      list.map((price): Observed => {
        const available = orderable.get(`${item}/${price.location}`);
        return {
          kind: "server",
          item,
          ...capped(price, currency),
          included: {
            outboundTiB: new Decimal(price.included_traffic).div(BYTES_PER_TIB).toDecimalPlaces(3).toFixed(),
          },
          ...(available === undefined ? {} : { orderable: available }),
        };
      }),
    ),
    ...prices.load_balancer_types.flatMap(({ name: item, prices: list }) =>
      list.map((price): Observed => ({ kind: "load-balancer", item, ...capped(price, currency) })),
    ),
    ...prices.primary_ips
      .filter(({ type }) => type === "ipv4")
      .flatMap(({ prices: list }) =>
        list.map((price): Observed => ({ kind: "ipv4", item: "primary", ...capped(price, currency) })),
      ),
    ...overages(prices),
    {
      kind: "volume",
      item: "volume",
      region: EVERYWHERE,
      amount: plain(prices.volume.price_per_gb_month.net),
      currency,
    },
    {
      kind: "snapshot",
      item: "image",
      region: EVERYWHERE,
      amount: plain(prices.image.price_per_gb_month.net),
      currency,
    },
    { kind: "backup", item: "server", region: EVERYWHERE, amount: plain(prices.server_backup.percentage), currency },
  ];
  return found.filter((price) => !new Decimal(price.amount).isZero());
}

const capped = (price: z.infer<typeof running>, currency: string) => ({
  region: price.location,
  amount: plain(price.price_hourly.net),
  monthlyCap: plain(price.price_monthly.net),
  currency,
});

/** Traffic beyond what a server includes: one price in each location, whatever the type. */
function overages({ server_types: list, currency }: Pricing): Observed[] {
  const byLocation = new Map(
    list.flatMap(({ prices }) => prices.map((price) => [price.location, price.price_per_tb_traffic.net] as const)),
  );
  return [...byLocation].map(([region, net]) => ({
    kind: "egress",
    item: "overage",
    region,
    amount: plain(net),
    currency,
  }));
}

/** Without the zeros that the API pads its figures with. */
function plain(text: string): string {
  try {
    return new Decimal(text).toFixed();
  } catch (error) {
    throw new FeedError(`Hetzner's API states ${JSON.stringify(text)} where a decimal number belongs.`, {
      cause: error,
    });
  }
}
