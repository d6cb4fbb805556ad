import { expect, test } from "vitest";
import { loadCatalogue } from "./catalogue/load.ts";
import { price, seeded } from "./testing.ts";
import { tieredCost } from "./tiered.ts";

const TIERS = [
  price("aws/internet-traffic/out/*", "0.09"),
  price("aws/internet-traffic/out/*", "0.085", { from: "10240" }),
  price("aws/internet-traffic/out/*", "0.07", { from: "51200" }),
];

test.each<[number, string]>([
  [0, "0"],
  [100, "0"],
  [101, "0.09"],
  [1100, "90"],
  [10_240, "912.6"],
  [11_240, "997.6"],
  // 10,140 x 0.09 + 40,960 x 0.085 + 800 x 0.07.
  [52_000, "4450.2"],
])("%d GB with 100 free cost %s", (gigabytes, expected) => {
  expect(tieredCost(TIERS, gigabytes, 100).toFixed()).toBe(expected);
});

test("free units may reach beyond the first tier, and no tiers cost nothing", () => {
  expect(tieredCost(TIERS, 11_240, 11_000).toFixed()).toBe("20.4");
  expect(tieredCost([], 11_240).toFixed()).toBe("0");
});

test("a larger quantity never costs less, by the tiers of the catalogue", () => {
  const catalogue = loadCatalogue({ today: "2026-11-21" });
  const queries = [
    { provider: "aws", kind: "internet-traffic", item: "out", region: "eu-north-1" },
    { provider: "aws", kind: "object-storage", item: "standard", region: "eu-central-1" },
  ] as const;
  for (const query of queries) {
    const tiers = catalogue.tiers(query);
    expect(tiers.length).toBeGreaterThan(2);
    const random = seeded(7);
    let [quantity, cost] = [0, tieredCost(tiers, 0)];
    for (let step = 0; step < 100; step += 1) {
      quantity += Math.floor(random() * 10_000);
      const next = tieredCost(tiers, quantity);
      expect(next.greaterThanOrEqualTo(cost)).toBe(true);
      cost = next;
    }
  }
});
