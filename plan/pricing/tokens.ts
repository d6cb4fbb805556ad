import { Decimal } from "decimal.js";
import type { Catalogue } from "./catalogue/catalogue.ts";
import { EVERYWHERE, type Kind, type Price } from "./catalogue/schema.ts";
import { inEuros } from "./euros.ts";
import { requireQuantities, requireShares } from "./quantities.ts";

const MILLION = 1_000_000;

/** What a month of requests asks of one model. Shares and discounts are from 0 to 1 and default to 0. */
export interface TokenUse {
  readonly requestsPerMonth: number;
  /** Mean of a request, also where a cache holds part of it. */
  readonly inputTokens: number;
  /** Mean of a request. */
  readonly outputTokens: number;
  /** Requests that the fleet's own response cache answers; they buy no token at all. */
  readonly cacheHitShare?: number;
  /** Of the input tokens that are bought: those the provider reads from its prompt cache, at the cached price. */
  readonly cachedInputShare?: number;
  /** Of the requests that are bought: those that go through the provider's batch interface. */
  readonly batchedShare?: number;
  /** What the batch interface takes off the price of those requests. */
  readonly batchDiscount?: number;
}

/** Prices of a million tokens, all in one currency. Without a cached price, cached input costs what input costs. */
export interface TokenPrices {
  readonly input: Decimal.Value;
  readonly output: Decimal.Value;
  readonly cachedInput?: Decimal.Value | undefined;
}

/**
 * Cost of a month in the currency of the prices, at full precision. The savings multiply, in this order:
 *
 * 1. the response cache leaves requests x (1 - cacheHitShare);
 * 2. each of them costs input, cached input and output tokens by their prices;
 * 3. the batch interface leaves (1 - batchedShare x batchDiscount) of that.
 *
 * So half the answers from the cache and 20 % off for batching leave 0.5 x 0.8 = 0.40 of the list price, not 0.30.
 *
 * @throws {RangeError} for a negative quantity or a share outside 0 to 1.
 */
export function tokenCost(use: TokenUse, prices: TokenPrices): Decimal {
  const { requestsPerMonth, inputTokens, outputTokens } = use;
  const { cacheHitShare = 0, cachedInputShare = 0, batchedShare = 0, batchDiscount = 0 } = use;
  requireQuantities({ requestsPerMonth, inputTokens, outputTokens });
  requireShares({ cacheHitShare, cachedInputShare, batchedShare, batchDiscount });
  const bought = remaining(cacheHitShare).times(requestsPerMonth);
  const cachedPrice = new Decimal(prices.cachedInput ?? prices.input).times(cachedInputShare);
  const inputPrice = remaining(cachedInputShare).times(prices.input).plus(cachedPrice);
  const perRequest = inputPrice.times(inputTokens).plus(new Decimal(prices.output).times(outputTokens)).div(MILLION);
  return bought.times(perRequest).times(remaining(new Decimal(batchedShare).times(batchDiscount)));
}

const remaining = (share: Decimal.Value): Decimal => new Decimal(1).minus(share);

/** The share of a fleet's requests that one model of one provider answers. */
export interface RoutedUse extends TokenUse {
  /** The routing tier, such as `small` or `premium`. */
  readonly tier: string;
  /** As the catalogue names them, such as `openai` and `gpt-4o`. */
  readonly provider: string;
  readonly model: string;
}

export interface TokenLine {
  readonly use: RoutedUse;
  readonly euros: Decimal;
  /** The prices it was charged by: input, output, then cached input where the catalogue has one. */
  readonly prices: readonly Price[];
}

export interface TokenMonth {
  readonly lines: readonly TokenLine[];
  readonly euros: Decimal;
  /** Euros by routing tier, in the order in which the tiers first appear. */
  readonly byTier: ReadonlyMap<string, Decimal>;
  /** Prices that the catalogue lacks, such as `openai/token-input/gpt-9`. Their uses are in no line and no sum. */
  readonly missing: readonly string[];
}

/** Prices a month of requests by model and tier. Who reports it must report what is `missing` too. */
export function tokenMonth(uses: readonly RoutedUse[], catalogue: Catalogue): TokenMonth {
  const lines: TokenLine[] = [];
  const missing = new Set<string>();
  for (const use of uses) {
    const find = (kind: Kind): Price | undefined =>
      catalogue.find({ provider: use.provider, kind, item: use.model, region: EVERYWHERE });
    const [input, output, cached] = [find("token-input"), find("token-output"), find("token-input-cached")];
    if (input === undefined) missing.add(`${use.provider}/token-input/${use.model}`);
    if (output === undefined) missing.add(`${use.provider}/token-output/${use.model}`);
    if (input === undefined || output === undefined) continue;
    const euros = (price: Price): Decimal => inEuros(catalogue, price);
    const cachedInput = cached === undefined ? undefined : euros(cached);
    lines.push({
      use,
      euros: tokenCost(use, { input: euros(input), output: euros(output), cachedInput }),
      prices: [input, output, cached].filter((price) => price !== undefined),
    });
  }
  return { lines, euros: total(lines), byTier: totalsByTier(lines), missing: [...missing] };
}

const total = (lines: readonly TokenLine[]): Decimal => Decimal.sum(0, ...lines.map(({ euros }) => euros));

const totalsByTier = (lines: readonly TokenLine[]): Map<string, Decimal> =>
  new Map([...Map.groupBy(lines, ({ use }) => use.tier)].map(([tier, same]) => [tier, total(same)]));
