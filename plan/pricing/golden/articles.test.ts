import { Decimal } from "decimal.js";
import { describe, expect, test } from "vitest";
import type { Cost } from "../../../policies/cost.ts";
import { requestsForTheSame } from "../break-even.ts";
import { byLabel } from "../estimate.ts";
import { eurosPerMillionTokens } from "../self-hosted.ts";
import { awsIn, catalogue, estimated, price, row, server } from "../testing.ts";
import { tokenCost, type TokenUse } from "../tokens.ts";

// The arithmetic of three articles of 2026 on cheap AI fleets, done again with the project's own functions. Where an
// article contradicts itself, both figures are here. Everything is in dollars: one euro is one dollar.

const dollars = price("exchange/exchange-rate/USD/*", "1");

describe("two servers instead of four services", () => {
  const small = catalogue(
    dollars,
    price("hetzner/server/inference/fsn1", "0.0353", { monthlyCap: "22" }),
    price("hetzner/server/operations/fsn1", "0.0145", { monthlyCap: "9" }),
  );
  const rows = ["inference", "operations"].map((type) => server(type, { serverType: type }));

  test("G1: 22 and 9 are 31 a month, whatever the use", () => {
    const { cost } = estimated(rows, { catalogue: small });
    expect([cost.expected.monthly, cost.worst.monthly]).toEqual(["31.00", "31.00"]);
  });

  test("G2: the services sum to 500 to 2,200, though the text says 2,000 once", () => {
    // 10,000 requests of a large model, vectors, monitoring, orchestration.
    const services = [
      { low: 300, high: 1000 },
      { low: 50, high: 200 },
      { low: 50, high: 500 },
      { low: 100, high: 500 },
    ];
    expect(services.reduce((sum, { low }) => sum + low, 0)).toBe(500);
    expect(services.reduce((sum, { high }) => sum + high, 0)).toBe(2200);
  });

  test.each([
    { services: 500, ratio: "16.1", perRequest: "0.05" },
    { services: 2200, ratio: "71.0", perRequest: "0.22" },
  ])("G2: $services is $ratio times 31, and $perRequest a request of 10,000", ({ services, ratio, perRequest }) => {
    expect(new Decimal(services).div(31).toFixed(1)).toBe(ratio);
    expect(requestsForTheSame(services, perRequest).toFixed()).toBe("10000");
  });
});

describe("a small production system", () => {
  const bill = [
    { layer: "compute", lines: { development: 20, "reserved H100": 1500, "fine-tuning": 120 } },
    { layer: "APIs", lines: { Together: 28, OpenAI: 10 } },
    { layer: "infrastructure", lines: { database: 50, cache: 15, "object storage": 5, CDN: 0 } },
    { layer: "deployment", lines: { CI: 10, Sentry: 29 } },
  ];
  const items = bill.flatMap(({ layer, lines }) =>
    Object.entries(lines).map(([label, euros]): Cost["items"][number] => {
      const burn = { hourly: new Decimal(euros).div(730).toFixed(4), monthly: `${euros}.00` };
      const stated = { price: "an article of 2026", quantity: "1", unit: "month" };
      return { urn: label, label, ...stated, expected: burn, worst: burn, labels: { layer } };
    }),
  );
  const total = { hourly: "0", monthly: "0" };
  const shares = byLabel({ currency: "EUR", expected: total, worst: total, items }, "layer");

  test("G3 to G6: its four layers", () => {
    expect(shares.map(({ value, expected }) => `${value} ${expected.monthly}`)).toEqual([
      "compute 1640.00",
      "infrastructure 70.00",
      "deployment 39.00",
      "APIs 38.00",
    ]);
  });

  test("G7: 1,787 in all", () => {
    expect(Decimal.sum(...shares.map(({ expected }) => expected.monthly)).toFixed()).toBe("1787");
  });
});

describe("30 million tokens a month, 70 % of them read", () => {
  const use: TokenUse = { requestsPerMonth: 30_000, inputTokens: 700, outputTokens: 300 };
  const cost = (input: string, output: string): string => tokenCost(use, { input, output }).toFixed(2);

  test("G8: 18.48 and 9.54 are 28.02, which the bill rounds to 28; the 27.92 in the text is a slip", () => {
    expect([cost("0.88", "0"), cost("0", "1.06"), cost("0.88", "1.06")]).toEqual(["18.48", "9.54", "28.02"]);
    expect(new Decimal("28.02").toDecimalPlaces(0).toFixed()).toBe("28");
    expect(new Decimal("28.02").minus("27.92").toFixed(2)).toBe("0.10");
  });

  test("G8 today: output costs what input costs, so the same tokens are 26.40", () => {
    expect(cost("0.88", "0.88")).toBe("26.40");
  });

  test("the 10 of the second API charges its 5 million tokens twice, as input and as output", () => {
    const prices = { input: "0.50", output: "1.50" };
    const twice = { requestsPerMonth: 5000, inputTokens: 1000, outputTokens: 1000 };
    expect(tokenCost(twice, prices).toFixed(2)).toBe("10.00");
    expect(tokenCost({ ...twice, inputTokens: 700, outputTokens: 300 }, prices).toFixed(2)).toBe("4.00");
  });

  test.each([
    { name: "half from the cache", use: { cacheHitShare: 0.5 }, left: "0.5" },
    { name: "70 % from the cache", use: { cacheHitShare: 0.7 }, left: "0.3" },
    { name: "20 % off for batching", use: { batchedShare: 1, batchDiscount: 0.2 }, left: "0.8" },
    { name: "half and 20 % off", use: { cacheHitShare: 0.5, batchedShare: 1, batchDiscount: 0.2 }, left: "0.4" },
    { name: "70 % and 10 % off", use: { cacheHitShare: 0.7, batchedShare: 1, batchDiscount: 0.1 }, left: "0.27" },
  ])("G12: $name leaves $left of the list price", ({ use: savings, left }) => {
    const prices = { input: "0.88", output: "1.06" };
    expect(
      tokenCost({ ...use, ...savings }, prices)
        .div(tokenCost(use, prices))
        .toFixed(),
    ).toBe(left);
  });
});

describe("GPUs by the hour", () => {
  /** A group of one instance type for so many node hours of a month, as the whole estimate prices it. */
  function rented(hours: number, amount: string, kind: "spot" | "on-demand"): string {
    const shares = { onDemandBaseCapacity: 0, onDemandPercentageAboveBaseCapacity: kind === "spot" ? 0 : 100 };
    const overrides = [{ instanceType: "gpu" }];
    const policy = { launchTemplate: { overrides }, instancesDistribution: shares };
    const rows = [
      awsIn("eu-north-1"),
      row(
        "aws:autoscaling/group:Group",
        "burst",
        { minSize: 0, maxSize: 1, mixedInstancesPolicy: policy },
        { above: "pool", labels: { pool: "burst" } },
      ),
      row("aws:ec2/launchTemplate:LaunchTemplate", "template", {}, { above: "pool" }),
    ];
    const usage = { pools: { burst: { nodeHoursPerMonth: hours } } };
    const prices = catalogue(
      dollars,
      price(`aws/instance-${kind}/gpu/eu-north-1`, amount),
      price("aws/instance-on-demand/gpu/eu-north-1", kind === "spot" ? "2.86" : amount),
    );
    return estimated(rows, { usage, catalogue: prices }).cost.items[0]?.expected.monthly ?? "";
  }

  test("G9: 8 runs of 6 hours at 2.86 are 137.28, which the text rounds to 137", () => {
    expect(rented(8 * 6, "2.86", "on-demand")).toBe("137.28");
  });

  test("G9: the bill carries 120 for them, 12.6 % less: 7 runs", () => {
    expect(new Decimal("137.28").minus(120).div("137.28").times(100).toFixed(1)).toBe("12.6");
    expect(rented(7 * 6, "2.86", "on-demand")).toBe("120.12");
  });

  test("G10: 40 hours at 0.34 are 13.60; the bill carries 20, that is 58 hours", () => {
    expect(rented(40, "0.34", "on-demand")).toBe("13.60");
    expect(rented(58, "0.34", "on-demand")).toBe("19.72");
  });

  test("G11: at half the price on spot, G9 is 68.64", () => {
    expect(rented(8 * 6, "1.43", "spot")).toBe("68.64");
  });

  test("1,500 a month at 200 tokens/s is 2.85 a million; the 50 of the text is a utilisation of 5.7 %", () => {
    const reserved = { eurosPerMonth: 1500, tokensPerSecond: 200 };
    expect(eurosPerMillionTokens({ ...reserved, utilisation: 1 }).toFixed(2)).toBe("2.85");
    expect(eurosPerMillionTokens({ ...reserved, utilisation: 0.057 }).toFixed(0)).toBe("50");
  });
});

describe("figures that disagree within one text", () => {
  test("50 builds of 2 to 5 minutes at 0.008 are 0.80 to 2.00; the text says 4 to 20 and the bill 10", () => {
    const builds = (minutes: number): string => new Decimal("0.008").times(50).times(minutes).toFixed(2);
    expect([builds(2), builds(5)]).toEqual(["0.80", "2.00"]);
  });

  test("100,000 tokens a day are 3 million a month; the text counts 30 million, 6 times its threshold of 5", () => {
    expect(100_000 * 30).toBe(3_000_000);
    expect(30 / 5).toBe(6);
  });

  test("5,000 requests are 5 million tokens only at 1,000 each; 10,000 daily users are 60 times the requests", () => {
    expect(5_000_000 / 5000).toBe(1000);
    expect((10_000 * 30) / 5000).toBe(60);
  });
});
