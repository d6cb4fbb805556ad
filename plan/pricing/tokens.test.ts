import { Decimal } from "decimal.js";
import { describe, expect, test } from "vitest";
import { catalogue, price, seeded } from "./testing.ts";
import { tokenCost, tokenMonth, type RoutedUse, type TokenPrices, type TokenUse } from "./tokens.ts";

const PRICES: TokenPrices = { input: "2.50", output: "10", cachedInput: "1.25" };
const USE: TokenUse = { requestsPerMonth: 10_000, inputTokens: 1000, outputTokens: 200 };
const cost = (changes: Partial<TokenUse> = {}, prices = PRICES): string =>
  tokenCost({ ...USE, ...changes }, prices).toFixed();

describe("tokenCost", () => {
  test("counts input and output by their prices", () => {
    // 10,000 x 1,000 = 10 M x 2.50 = 25; 10,000 x 200 = 2 M x 10 = 20.
    expect(cost()).toBe("45");
  });

  test.each<[string, Partial<TokenUse>, string]>([
    ["half the answers from the cache, 20 % off for batching: 0.5 x 0.8 = 0.40 of list", {}, "18"],
    ["70 % from the cache, 10 % off: 0.3 x 0.9 = 0.27", { cacheHitShare: 0.7, batchDiscount: 0.1 }, "12.15"],
    ["half of what is bought in batches: 0.5 x (1 - 0.5 x 0.2) = 0.45", { batchedShare: 0.5 }, "20.25"],
  ])("%s", (_, changes, expected) => {
    expect(cost({ cacheHitShare: 0.5, batchedShare: 1, batchDiscount: 0.2, ...changes })).toBe(expected);
  });

  test("a prompt cache cheapens the input that is bought, not the output", () => {
    // 0.6 x 25 + 0.4 x 10 M x 1.25 = 15 + 5 = 20, and 20 of output.
    expect(cost({ cachedInputShare: 0.4 })).toBe("40");
    expect(cost({ cachedInputShare: 0.4, cacheHitShare: 0.5 })).toBe("20");
  });

  test("without a price for cached input nothing is saved on it", () => {
    expect(cost({ cachedInputShare: 0.4 }, { input: "2.50", output: "10" })).toBe("45");
  });

  test.each<[string, Partial<TokenUse>, string]>([
    ["no requests", { requestsPerMonth: 0 }, "0"],
    ["every answer from the cache", { cacheHitShare: 1 }, "0"],
    ["no output", { outputTokens: 0 }, "25"],
    ["a fraction of a token on average", { outputTokens: 0.5 }, "25.05"],
  ])("%s", (_, changes, expected) => {
    expect(cost(changes)).toBe(expected);
  });

  test.each<[Partial<TokenUse>, string]>([
    [{ requestsPerMonth: -1 }, "requestsPerMonth is -1, expected a finite number of at least 0"],
    [{ outputTokens: Number.NaN }, "outputTokens is NaN, expected a finite number of at least 0"],
    [{ cacheHitShare: 1.01 }, "cacheHitShare is 1.01, expected a share from 0 to 1"],
    [{ batchDiscount: -0.1 }, "batchDiscount is -0.1, expected a share from 0 to 1"],
    [{ cachedInputShare: 40 }, "cachedInputShare is 40, expected a share from 0 to 1"],
  ])("refuses %o", (changes, message) => {
    expect(() => cost(changes)).toThrow(new RangeError(message));
  });
});

describe("tokenCost, for generated uses,", () => {
  const USES = Array.from({ length: 100 }, (_, seed) => {
    const random = seeded(seed);
    const share = (): number => Math.round(random() * 100) / 100;
    const upTo = (most: number): number => Math.floor(random() * (most + 1));
    const use: TokenUse = {
      requestsPerMonth: 1 + upTo(1_000_000),
      inputTokens: upTo(8000),
      outputTokens: upTo(2000),
      cacheHitShare: share(),
      cachedInputShare: share(),
      batchedShare: share(),
      batchDiscount: share(),
    };
    const input = 1 + upTo(999);
    const prices = { input, output: 1 + upTo(4999), cachedInput: Math.ceil(input / 10) };
    return { use, prices };
  });

  test("is linear in the requests", () => {
    for (const { use, prices } of USES) {
      const once = tokenCost(use, prices);
      const thrice = tokenCost({ ...use, requestsPerMonth: 3 * use.requestsPerMonth }, prices);
      expect(thrice.minus(once.times(3)).abs().lessThan("1e-9")).toBe(true);
    }
  });

  test.each(["input", "output", "cachedInput"] as const)("never falls when the price of %s rises", (part) => {
    for (const { use, prices } of USES) {
      const dearer = tokenCost(use, { ...prices, [part]: prices[part] + 1 });
      expect(dearer.greaterThanOrEqualTo(tokenCost(use, prices))).toBe(true);
    }
  });

  test.each(["cacheHitShare", "cachedInputShare", "batchedShare", "batchDiscount"] as const)(
    "never rises when %s does",
    (saving) => {
      for (const { use, prices } of USES) {
        expect(tokenCost({ ...use, [saving]: 1 }, prices).lessThanOrEqualTo(tokenCost(use, prices))).toBe(true);
      }
    },
  );

  test("scales with the currency", () => {
    for (const { use, prices } of USES) {
      const { input, output, cachedInput } = prices;
      const tenfold = tokenCost(use, { input: 10 * input, output: 10 * output, cachedInput: 10 * cachedInput });
      expect(tenfold.minus(tokenCost(use, prices).times(10)).abs().lessThan("1e-9")).toBe(true);
    }
  });
});

describe("tokenMonth", () => {
  const prices = catalogue(
    price("openai/token-input/gpt-4o/*", "2.50"),
    price("openai/token-input-cached/gpt-4o/*", "1.25"),
    price("openai/token-output/gpt-4o/*", "10"),
    price("groq/token-input/llama-3.1-8b/*", "0.05"),
    price("groq/token-output/llama-3.1-8b/*", "0.08"),
    price("mistral/token-input/mistral-small/*", "0.15"),
  );
  const large: RoutedUse = { ...USE, tier: "premium", provider: "openai", model: "gpt-4o", cachedInputShare: 0.4 };
  const small: RoutedUse = { ...USE, tier: "small", provider: "groq", model: "llama-3.1-8b" };

  test("is in euros, by line, tier and in all", () => {
    const month = tokenMonth([large, small, { ...small, requestsPerMonth: 5000 }], prices);
    // 40 USD at 1.25 USD/EUR = 32; (0.50 + 0.16) / 1.25 = 0.528, and half of it.
    expect(month.lines.map(({ euros }) => euros.toFixed())).toEqual(["32", "0.528", "0.264"]);
    const byTier = [...month.byTier].map(([tier, euros]) => `${tier} ${euros.toFixed()}`);
    expect(byTier).toEqual(["premium 32", "small 0.792"]);
    expect(month.euros.toFixed()).toBe("32.792");
    expect(month.missing).toEqual([]);
    expect(month.lines[0]?.prices.map(({ id }) => id)).toEqual([
      "openai/token-input/gpt-4o/*",
      "openai/token-output/gpt-4o/*",
      "openai/token-input-cached/gpt-4o/*",
    ]);
  });

  test("names the prices that are missing, once, and counts no use as free", () => {
    const unknown = { ...large, model: "gpt-9" };
    const half = { ...large, provider: "mistral", model: "mistral-small" };
    const month = tokenMonth([unknown, unknown, half, small], prices);
    expect(month.missing).toEqual([
      "openai/token-input/gpt-9",
      "openai/token-output/gpt-9",
      "mistral/token-output/mistral-small",
    ]);
    expect(month.lines.map(({ use }) => use.model)).toEqual(["llama-3.1-8b"]);
    expect(month.euros.toFixed()).toBe("0.528");
  });

  test("of no use is zero", () => {
    expect(tokenMonth([], prices)).toEqual({ lines: [], euros: new Decimal(0), byTier: new Map(), missing: [] });
  });

  test("its tiers sum to the whole, for generated routes", () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const random = seeded(seed);
      const uses = Array.from({ length: 1 + Math.floor(random() * 8) }, () => ({
        ...(random() < 0.5 ? large : small),
        requestsPerMonth: Math.floor(random() * 100_000),
        tier: random() < 0.5 ? "a" : "b",
      }));
      const { byTier, euros } = tokenMonth(uses, prices);
      expect(
        Decimal.sum(0, ...byTier.values())
          .minus(euros)
          .abs()
          .lessThan("1e-9"),
      ).toBe(true);
    }
  });
});
