import { Decimal } from "decimal.js";
import { EVERYWHERE, type Kind } from "../catalogue/schema.ts";
import type { PricedModel, StatedTokens } from "../context.ts";
import type { Quote } from "../quote.ts";
import { tokenCost, type TokenPrices } from "../tokens.ts";
import { monthly } from "./pricer.ts";

/**
 * A line for each endpoint that asks an API model, with the model's tier. Expected: what is bought after both caches
 * and batching. Worst: every stated request at the list price. A model on the fleet's own nodes is paid with them.
 */
export function addTokens(quote: Quote): void {
  const { usage, models = {} } = quote.context;
  const endpoints = Object.entries(usage.tokens ?? {});
  for (const [endpoint, use] of endpoints) {
    const model = models[use.model];
    if (model?.provider !== undefined) addEndpoint(quote, endpoint, use, { ...model, provider: model.provider });
  }
  const asked = new Set(endpoints.map(([, { model }]) => model));
  for (const [name, { provider }] of Object.entries(models)) {
    if (provider !== undefined && !asked.has(name)) reportUnstated(quote, name, provider);
  }
}

function addEndpoint(
  quote: Quote,
  endpoint: string,
  use: StatedTokens,
  { provider, reference, priceItem = reference, tier }: PricedModel & { readonly provider: string },
): void {
  const path = ["usage", "tokens", endpoint, "model"];
  const query = (kind: Kind) => ({ provider, kind, item: priceItem, region: EVERYWHERE });
  const input = quote.price(query("token-input"), path);
  const output = quote.price(query("token-output"), path);
  if (input === undefined || output === undefined) return;
  const cached = use.cachedPromptShare === 0 ? undefined : quote.context.catalogue.find(query("token-input-cached"));
  const prices: TokenPrices = {
    input: quote.euros(input),
    output: quote.euros(output),
    cachedInput: cached === undefined ? undefined : quote.euros(cached),
  };
  const list = {
    requestsPerMonth: use.requestsPerMonth,
    inputTokens: use.promptTokens,
    outputTokens: use.completionTokens,
  };
  const { cacheHitShare, batchedShare, batchDiscount } = use;
  const saving = { cacheHitShare, cachedInputShare: use.cachedPromptShare, batchedShare, batchDiscount };
  quote.add({
    label: `${provider} ${reference} for ${endpoint}`,
    prices: [input, output, cached].filter((price) => price !== undefined),
    quantity: new Decimal(use.promptTokens)
      .plus(use.completionTokens)
      .times(use.requestsPerMonth)
      .times(new Decimal(1).minus(cacheHitShare))
      .div(1_000_000),
    unit: input.unit,
    expected: monthly(tokenCost({ ...list, ...saving }, prices)),
    worst: monthly(tokenCost(list, prices)),
    labels: { ...quote.row.labels, team: use.team, model: use.model, tier, endpoint },
  });
}

function reportUnstated(quote: Quote, model: string, provider: string): void {
  quote.report({
    rule: "cost/no-usage",
    level: "advisory",
    severity: "medium",
    path: ["usage", "tokens"],
    message: `${provider} bills every token of the model ${model}; the plan does not know how many, and counts none.`,
    limit: "a stated use of every model that is billed by the token",
    fix: `Add an entry with \`model: ${model}\` to usage.tokens.`,
  });
}
