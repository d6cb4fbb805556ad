import { Decimal } from "decimal.js";
import { describe, expect, test } from "vitest";
import { ownAgainstRent, rentAgainstApi, requestsForTheSame } from "../break-even.ts";
import { loadCatalogue } from "../catalogue/load.ts";
import { EVERYWHERE, type Kind } from "../catalogue/schema.ts";
import { estimate } from "../estimate.ts";
import { eurosPerMillionTokens, eurosPerThousandRequests } from "../self-hosted.ts";
import { row, server } from "../testing.ts";
import { tokenCost, tokenMonth } from "../tokens.ts";

// What the articles' questions cost by the built-in catalogue. A price that moves changes a line here.

const TODAY = "2026-11-21";
const catalogue = loadCatalogue({ today: TODAY });
const rate = catalogue.rate("USD")?.amount ?? "";

function amount(provider: string, kind: Kind, item: string, region = EVERYWHERE): string {
  const price = catalogue.find({ provider, kind, item, region });
  if (price === undefined) throw new Error(`no price ${provider}/${kind}/${item}/${region}`);
  return price.amount;
}

/** A server of this type with its address, in euros a month. */
function box(serverType: string): string {
  const rows = [server("box", { serverType, publicNets: [{ ipv4Enabled: true }] })];
  return estimate(rows, { catalogue, usage: { pools: {} }, today: TODAY }).cost.expected.monthly;
}

test("one euro is 1.1133 dollars", () => {
  expect(rate).toBe("1.1133");
});

describe("a chat request of the Azure LLM trace of 2023, 1,155 tokens in and 211 out on average,", () => {
  const REQUEST = { inputTokens: 1155, outputTokens: 211 };

  test.each<[string, string, string, string, string, string]>([
    ["openai", "gpt-4o", "0.00500", "49.98", "1499.25", "6203"],
    ["openai", "gpt-5.4", "0.00605", "60.53", "1815.75", "5122"],
    ["anthropic", "claude-sonnet-5", "0.00663", "66.30", "1989.00", "4676"],
    ["openai", "gpt-5.5", "0.01211", "121.05", "3631.50", "2561"],
    ["anthropic", "claude-haiku-4.5", "0.00221", "22.10", "663.00", "14027"],
    ["openai", "gpt-5-mini", "0.00071", "7.11", "213.23", "43616"],
    ["openai", "gpt-4o-mini", "0.00030", "3.00", "89.96", "103385"],
    ["together", "llama-3.3-70b-turbo", "0.00120", "12.02", "360.62", "25789"],
    ["groq", "llama-3.1-8b", "0.00007", "0.75", "22.39", "415383"],
  ])(
    "by %s %s costs %s dollars, %s for 10,000, %s for 300,000, and %s of them cost 31",
    (provider, model, perRequest, small, large, sameAs31) => {
      const prices = { input: amount(provider, "token-input", model), output: amount(provider, "token-output", model) };
      const month = (requestsPerMonth: number): Decimal => tokenCost({ ...REQUEST, requestsPerMonth }, prices);
      expect(month(1).toFixed(5)).toBe(perRequest);
      expect([month(10_000).toFixed(2), month(300_000).toFixed(2)]).toEqual([small, large]);
      expect(requestsForTheSame(31, month(1)).toFixed(0)).toBe(sameAs31);
    },
  );

  test("costs 1,346.67 euros 300,000 times by gpt-4o, and 1,152.15 with half the input cached", () => {
    const use = { ...REQUEST, requestsPerMonth: 300_000, provider: "openai", model: "gpt-4o", tier: "premium" };
    // 1,499.25 / 1.1133; half of the 866.25 for input costs half: 216.5625 less, 1,282.6875 / 1.1133.
    expect(tokenMonth([use], catalogue).euros.toFixed(2)).toBe("1346.67");
    expect(tokenMonth([{ ...use, cachedInputShare: 0.5 }], catalogue).euros.toFixed(2)).toBe("1152.15");
  });
});

describe("the inference server that 22 dollars were to buy, with an address:", () => {
  test.each([
    { type: "cx43", euros: "16.49", inDollars: "18.36", orderable: false },
    { type: "cx53", euros: "29.99", inDollars: "33.39", orderable: false },
    { type: "cpx32", euros: "35.99", inDollars: "40.07", orderable: true },
    { type: "cpx42", euros: "69.99", inDollars: "77.92", orderable: true },
  ])("$type is $inDollars dollars, orderable: $orderable", ({ type, euros, inDollars, orderable }) => {
    expect(box(type)).toBe(euros);
    expect(new Decimal(euros).times(rate).toFixed(2)).toBe(inDollars);
    const price = catalogue.find({ provider: "hetzner", kind: "server", item: type, region: "fsn1" });
    expect(price?.orderable).toBe(orderable);
  });

  test("three Vault nodes are 58.47 on cpx22 and 16.47 on cx23, without addresses", () => {
    const three = (serverType: string): string => {
      const rows = ["a", "b", "c"].map((name) => server(name, { serverType }));
      return estimate(rows, { catalogue, usage: { pools: {} }, today: TODAY }).cost.expected.monthly;
    };
    expect([three("cpx22"), three("cx23")]).toEqual(["58.47", "16.47"]);
  });
});

describe("1,500 dollars a month for an H100, 2.05 an hour, buys none with a contract:", () => {
  test.each([
    { provider: "runpod", item: "h100-sxm-community", region: "*", monthly: "1963.70" },
    { provider: "runpod", item: "h100-pcie-secure", region: "*", monthly: "2109.70" },
    { provider: "runpod", item: "h100-sxm-secure", region: "*", monthly: "2912.70" },
    { provider: "lambda", item: "h100-sxm-8x", region: "*", monthly: "2912.70" },
    { provider: "lambda", item: "h100-sxm-1x", region: "*", monthly: "3131.70" },
    { provider: "nebius", item: "h100", region: "*", monthly: "2810.50" },
    { provider: "coreweave", item: "h100", region: "*", monthly: "4496.80" },
    { provider: "azure", item: "nc40ads-h100", region: "eastus", monthly: "5095.40" },
    { provider: "gcp", item: "a3-highgpu-1g", region: "us-central1", monthly: "8015.40" },
  ])("$provider $item is $monthly", ({ provider, item, region, monthly }) => {
    expect(new Decimal(amount(provider, "gpu-on-demand", item, region)).times(730).toFixed(2)).toBe(monthly);
    expect(Number(monthly)).toBeGreaterThan(1500);
  });

  test("p5.4xlarge is 5,022.40 in the US and 6,529.12 in London", () => {
    const monthly = (region: string): string =>
      new Decimal(amount("aws", "instance-on-demand", "p5.4xlarge", region)).times(730).toFixed(2);
    expect([monthly("us-east-1"), monthly("eu-west-2")]).toEqual(["5022.40", "6529.12"]);
  });
});

// Throughput as measured by SpareCores (CC BY-SA 4.0): llama.cpp, 7B at Q4_K_M, requests of 1,155 and 211 tokens.
describe("a thousand requests of a 7B model at half load, in euros with an address,", () => {
  test.each([
    { type: "cx33", requestsPerDay: 971, euros: "0.61" },
    { type: "cx43", requestsPerDay: 1801, euros: "0.60" },
    { type: "cx53", requestsPerDay: 3235, euros: "0.61" },
    { type: "cpx32", requestsPerDay: 1301, euros: "1.82" },
    { type: "cpx42", requestsPerDay: 2496, euros: "1.84" },
    { type: "cpx62", requestsPerDay: 4629, euros: "1.85" },
    { type: "cax31", requestsPerDay: 569, euros: "2.48" },
    { type: "cax41", requestsPerDay: 1063, euros: "2.57" },
    { type: "ccx33", requestsPerDay: 1167, euros: "7.83" },
    { type: "ccx53", requestsPerDay: 3836, euros: "9.15" },
    { type: "ccx63", requestsPerDay: 5082, euros: "11.05" },
  ])("cost $euros on $type", ({ type, requestsPerDay, euros }) => {
    const half = { eurosPerMonth: box(type), requestsPerDay, utilisation: 0.5 };
    expect(eurosPerThousandRequests(half).toFixed(2)).toBe(euros);
  });
});

// SpareCores too: vLLM, Llama 8B in bf16, 256 and 128 tokens, 63 at a time: 5,822 written, 17,513 in all a second.
describe("an 8B model on one H100", () => {
  const RENTS = [
    { offer: "RunPod community", rent: "2.69", written: "0.13", share: "24" },
    { offer: "RunPod secure, by the page", rent: "3.49", written: "0.17", share: "31" },
    { offer: "Lambda PCIe", rent: "3.29", written: "0.16", share: "29" },
    { offer: "Lambda SXM", rent: "4.29", written: "0.20", share: "38" },
    { offer: "AWS in the US", rent: "6.88", written: "0.33", share: "61" },
    { offer: "AWS in London", rent: "8.944", written: "0.43", share: "79" },
  ];

  test.each(RENTS)("writes a million tokens for $written at full load, rented from $offer", ({ rent, written }) => {
    const serving = { eurosPerMonth: new Decimal(rent).times(730), tokensPerSecond: 5822, utilisation: 1 };
    expect(eurosPerMillionTokens(serving).toFixed(2)).toBe(written);
  });

  test.each(RENTS)("beats an API at 0.18 from $share % load, rented from $offer", ({ rent, share }) => {
    const apiPerMillion = amount("together", "token-input", "llama-3.1-8b");
    const break8B = rentAgainstApi({ rentPerHour: rent, tokensPerSecond: 17_513, apiPerMillion });
    expect(break8B.times(100).toFixed(0)).toBe(share);
  });

  test("needs 4.9 times less load against an API at 0.88", () => {
    const at = (apiPerMillion: string): Decimal =>
      rentAgainstApi({ rentPerHour: 1, tokensPerSecond: 17_513, apiPerMillion });
    expect(at("0.18").div(at("0.88")).toFixed(1)).toBe("4.9");
  });
});

describe("a machine of one's own, amounts in one currency,", () => {
  const rtx4090 = { capex: 3000, lifetimeMonths: 36, watts: 500, perKwh: "0.25" };
  const h100 = { capex: 30_000, lifetimeMonths: 36, watts: 1000, perKwh: "0.25" };

  test.each([
    { what: "RTX 4090", machine: rtx4090, offer: "rtx4090-community", rent: "0.34", share: "70" },
    { what: "RTX 4090", machine: rtx4090, offer: "rtx4090-secure", rent: "0.74", share: "32" },
    { what: "H100", machine: h100, offer: "h100-sxm-secure of September", rent: "3.49", share: "40" },
  ])("an $what pays from $share % of the time against $offer", ({ machine, rent, share }) => {
    expect(ownAgainstRent(machine, rent).times(100).toFixed(0)).toBe(share);
  });

  test("costs the same by the formula as by the estimate of an owned node", () => {
    const economics = { capexEuros: 3000, lifetimeMonths: 36, watts: 500, eurosPerKwh: 0.25 };
    const labour = { labourHoursPerMonth: 0, labourEurosPerHour: 0 };
    const rows = [row("splitfleet:compute:OnpremNode", "box", { ...economics, ...labour })];
    const { cost } = estimate(rows, { catalogue, usage: { pools: {} }, today: TODAY });
    expect(cost.expected.monthly).toBe("174.58");
    expect(ownAgainstRent(rtx4090, 1).times(730).toFixed(2)).toBe("174.58");
  });
});

test("eight runs of six hours on ephemeral nodes are almost three times the minutes of a Standard plan", () => {
  const find = (item: string) => catalogue.find({ provider: "tailscale", kind: "seat", item, region: EVERYWHERE });
  expect(8 * 6 * 60).toBe(2880);
  expect(find("standard")).toMatchObject({ amount: "8", unit: "user-month", included: { ephemeralMinutes: "1000" } });
  expect(find("premium")).toMatchObject({ amount: "18", included: { ephemeralMinutes: "10000" } });
});
