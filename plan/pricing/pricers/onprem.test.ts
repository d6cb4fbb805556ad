import { expect, test } from "vitest";
import { UNKNOWN, type Value } from "../../../policies/row.ts";
import { estimated, lines, reported, row } from "../testing.ts";

const node = (economics: { readonly [key: string]: Value } = {}) => [
  row("splitfleet:compute:OnpremNode", "workshop-a", {
    site: "workshop",
    pool: "workshop",
    capexEuros: 3000,
    resaleEuros: 300,
    lifetimeMonths: 36,
    watts: 500,
    pue: 1.2,
    eurosPerKwh: 0.25,
    spaceEurosPerMonth: 20,
    labourHoursPerMonth: 1.5,
    labourEurosPerHour: 60,
    ...economics,
  }),
];

test("an owned node costs depreciation, power, space and labour, busy or idle", () => {
  // (3000 - 300) / 36 = 75; 0.5 kW x 1.2 x 730 h = 438 kWh x 0.25 = 109.50; 1.5 h x 60 = 90.
  const result = estimated(node());
  expect(lines(result)).toEqual([
    "depreciation of workshop-a: 0.1027 / 75.00, 0.1027 / 75.00",
    "power, 500 W at PUE 1.2 of workshop-a: 0.1500 / 109.50, 0.1500 / 109.50",
    "space of workshop-a: 0.0274 / 20.00, 0.0274 / 20.00",
    "labour of workshop-a: 0.1233 / 90.00, 0.1233 / 90.00",
  ]);
  expect(result.cost.items.map(({ quantity, unit, price }) => `${quantity} ${unit}, ${price}`)).toEqual([
    "1 month, stated by the environment file",
    "438 kWh, stated by the environment file",
    "1 month, stated by the environment file",
    "1.5 hour, stated by the environment file",
  ]);
  expect(result.cost.worst).toEqual({ hourly: "0.4034", monthly: "294.50" });
  expect(result.findings).toEqual([]);
});

test.each(["lost", "spare"])("a machine that is %s depreciates, and costs neither power nor labour", (state) => {
  expect(lines(estimated(node({ state })))).toEqual([
    `depreciation, ${state}, of workshop-a: 0.1027 / 75.00, 0.1027 / 75.00`,
  ]);
});

test.each(["declared", "enrolled"])("a machine that is %s costs what it does when it works", (state) => {
  expect(estimated(node({ state })).cost.worst).toEqual({ hourly: "0.4034", monthly: "294.50" });
});

test("parts that cost nothing are left out", () => {
  expect(lines(estimated(node({ spaceEurosPerMonth: 0, labourHoursPerMonth: 0, pue: 1, resaleEuros: null })))).toEqual([
    "depreciation of workshop-a: 0.1142 / 83.33, 0.1142 / 83.33",
    "power, 500 W at PUE 1 of workshop-a: 0.1250 / 91.25, 0.1250 / 91.25",
  ]);
});

test.each<[string, { readonly [key: string]: Value }, string]>([
  [
    "a node that costs nothing",
    { capexEuros: 0, resaleEuros: 0, watts: 0, spaceEurosPerMonth: 0, labourHoursPerMonth: 0 },
    "cost/unknown-price mandatory workshop-a capexEuros = 0",
  ],
  [
    "a resale above the purchase",
    { resaleEuros: 3001 },
    "cost/undecided-price mandatory workshop-a resaleEuros = 3001",
  ],
  ["a lifetime of zero", { lifetimeMonths: 0 }, "cost/undecided-price mandatory workshop-a lifetimeMonths = 0"],
  ["a missing tariff", { eurosPerKwh: null }, "cost/undecided-price mandatory workshop-a eurosPerKwh = "],
  ["an unknown draw", { watts: UNKNOWN }, "cost/undecided-price mandatory workshop-a watts = [unknown]"],
  ["a negative purchase", { capexEuros: -1 }, "cost/undecided-price mandatory workshop-a capexEuros = -1"],
])("%s is a finding", (_, economics, finding) => {
  const result = estimated(node(economics));
  expect(reported(result)).toEqual([finding]);
  expect(result.cost.items).toEqual([]);
});
