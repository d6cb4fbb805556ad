import { describe, expect, test } from "vitest";
import { exampleStack } from "../../../policies/example.ts";
import type { StatedTokens, StatedTraffic } from "../context.ts";
import type { EstimateOptions } from "../estimate.ts";
import { catalogue, estimated, lines, price, reported, seeded, server } from "../testing.ts";

// One euro is 1.25 USD, so a million tokens of gpt-4o cost 2 euros in, 1 from the cache and 8 out.
const PRICES = catalogue(
  price("openai/token-input/gpt-4o/*", "2.50"),
  price("openai/token-input-cached/gpt-4o/*", "1.25"),
  price("openai/token-output/gpt-4o/*", "10"),
  price("hetzner/egress/overage/fsn1", "1.00", { currency: "EUR" }),
  price("hetzner/server/cpx42/fsn1", "0.1114", { monthlyCap: "69.49", included: { outboundTiB: "20" } }),
  price("hetzner/server/cpx32/fsn1", "0.0569", { monthlyCap: "35.49", included: { outboundTiB: "10" } }),
  price("aws/internet-traffic/out/*", "0.1", { included: { outboundGB: "100" } }),
  price("aws/internet-traffic/out/*", "0.05", { id: "aws/internet-traffic/out/*/from-1000", from: "1000" }),
);
const SURROUNDINGS = {
  catalogue: PRICES,
  models: {
    premium: { engine: "api", tier: "frontier", provider: "openai", reference: "gpt-4o" },
    small: { engine: "ollama", tier: "small", reference: "llama3.2:3b" },
  },
  sites: {
    falkenstein: { kind: "hetzner", location: "fsn1" },
    stockholm: { kind: "aws", region: "eu-north-1" },
    workshop: { kind: "onprem" },
  },
} as const satisfies Partial<EstimateOptions>;

const ask = (rest: Partial<StatedTokens> = {}): StatedTokens => ({
  model: "premium",
  team: "assistants",
  requestsPerMonth: 10_000,
  promptTokens: 1000,
  completionTokens: 100,
  cacheHitShare: 0,
  cachedPromptShare: 0,
  batchedShare: 0,
  batchDiscount: 0,
  ...rest,
});
const send = (from: string, gigabytesPerMonth: number, to = "internet"): StatedTraffic => ({
  from,
  to,
  team: "platform",
  gigabytesPerMonth,
});
const tokens = (uses: Readonly<Record<string, StatedTokens>>) =>
  estimated([exampleStack], { ...SURROUNDINGS, usage: { pools: {}, tokens: uses } });
const traffic = (routes: Readonly<Record<string, StatedTraffic>>, rows = [exampleStack]) =>
  estimated(rows, { ...SURROUNDINGS, models: {}, usage: { pools: {}, traffic: routes } });

describe("tokens of an API model", () => {
  test("cost what is bought, at worst the list price of every request, and carry team, tier and endpoint", () => {
    // 10,000 x (1000 x 2 + 100 x 8) / 1e6 = 28; half answered by the cache, half the prompt cached: 5,000 x 2,300.
    const { cost, findings } = tokens({ chat: ask({ cacheHitShare: 0.5, cachedPromptShare: 0.5 }) });
    expect(findings).toEqual([]);
    expect(cost.items).toEqual([
      {
        urn: exampleStack.urn,
        label: "openai gpt-4o for chat (at 1.25 USD/EUR of 2026-01-01)",
        price:
          "openai/token-input/gpt-4o/*@2026-01-01, openai/token-output/gpt-4o/*@2026-01-01, openai/token-input-cached/gpt-4o/*@2026-01-01, exchange/exchange-rate/USD/*@2026-01-01",
        quantity: "5.5",
        unit: "million tokens",
        expected: { hourly: "0.0158", monthly: "11.50" },
        worst: { hourly: "0.0384", monthly: "28.00" },
        labels: { team: "assistants", model: "premium", tier: "frontier", endpoint: "chat" },
      },
    ]);
  });

  test("savings multiply: half from the cache and half in batches at half price leave 37.5 %", () => {
    const { cost } = tokens({ chat: ask({ cacheHitShare: 0.5, batchedShare: 0.5, batchDiscount: 0.5 }) });
    expect(cost.expected.monthly).toBe("10.50");
  });

  test("are charged by the item that the model names, where the catalogue calls it otherwise", () => {
    const model = {
      engine: "api",
      tier: "frontier",
      provider: "openai",
      reference: "gpt-4o-2024",
      priceItem: "gpt-4o",
    };
    const usage = { pools: {}, tokens: { chat: ask() } };
    const { cost } = estimated([exampleStack], { ...SURROUNDINGS, models: { premium: model }, usage });
    expect(lines({ cost, findings: [] })).toEqual([
      "openai gpt-4o-2024 for chat (at 1.25 USD/EUR of 2026-01-01): 0.0384 / 28.00, 0.0384 / 28.00",
    ]);
  });

  test("are no line where the model runs on the fleet's own nodes", () => {
    const { cost } = tokens({ chat: ask(), notes: ask({ model: "small" }) });
    expect(cost.items.map(({ labels }) => labels["endpoint"])).toEqual(["chat"]);
  });

  test("are reported where nobody states how many, and where the catalogue has no price", () => {
    expect(reported(tokens({}))).toEqual(["cost/no-usage advisory splitfleet-example usage.tokens = "]);
    const models = { premium: { engine: "api", tier: "frontier", provider: "openai", reference: "gpt-9" } };
    const result = estimated([exampleStack], { models, usage: { pools: {}, tokens: { chat: ask() } } });
    expect(reported(result)).toEqual([
      "cost/unknown-price mandatory splitfleet-example usage.tokens.chat.model = ",
      "cost/unknown-price mandatory splitfleet-example usage.tokens.chat.model = ",
    ]);
  });

  test("more requests never cost less, and the worst is at least what is expected", () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const random = seeded(seed);
      const shares = { cacheHitShare: random(), cachedPromptShare: random(), batchedShare: random() };
      const use = ask({ ...shares, batchDiscount: random(), promptTokens: random() * 9000 });
      const [{ cost: few }, { cost: many }] = [
        tokens({ chat: use }),
        tokens({ chat: { ...use, requestsPerMonth: 10_001 } }),
      ];
      expect(Number(many.expected.monthly)).toBeGreaterThanOrEqual(Number(few.expected.monthly));
      expect(Number(few.worst.monthly)).toBeGreaterThanOrEqual(Number(few.expected.monthly));
    }
  });
});

describe("traffic", () => {
  const servers = [exampleStack, server("a", { serverType: "cpx42" }), server("b", { serverType: "cpx32" })];

  test("from Hetzner is free as far as servers include it, at worst as far as the one that includes least", () => {
    // Included: 30 TiB are 32,985.35 GB, the smaller server's 10 TiB are 10,995.12 GB; a TB more costs 1 euro.
    const result = traffic({ backups: send("falkenstein", 30_000), web: send("falkenstein", 10_000) }, servers);
    expect(lines(result).slice(0, 2)).toEqual([
      "traffic backups from falkenstein to internet: 0.0072 / 5.26, 0.0298 / 21.75",
      "traffic web from falkenstein to internet: 0.0024 / 1.75, 0.0099 / 7.25",
    ]);
  });

  test("from AWS falls with volume and shares the free gigabytes, at worst has none of them", () => {
    // 900 x 0.10 + 1,000 x 0.05 = 140 USD, at worst 150: 112 and 120 euros, a quarter and three quarters of it.
    const result = traffic({ results: send("stockholm", 500, "falkenstein"), models: send("stockholm", 1500) });
    expect(lines(result)).toEqual([
      "traffic results from stockholm to falkenstein (at 1.25 USD/EUR of 2026-01-01): 0.0384 / 28.00, 0.0411 / 30.00",
      "traffic models from stockholm to internet (at 1.25 USD/EUR of 2026-01-01): 0.1151 / 84.00, 0.1233 / 90.00",
    ]);
    expect(result.cost.items.map(({ labels }) => labels)).toEqual([
      { team: "platform", route: "results" },
      { team: "platform", route: "models" },
    ]);
  });

  test("from a room of one's own costs nothing by the byte", () => {
    expect(traffic({ results: send("workshop", 5000, "falkenstein") })).toMatchObject({
      cost: { items: [] },
      findings: [],
    });
  });
});
