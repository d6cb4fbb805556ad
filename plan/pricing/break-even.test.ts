import { expect, test } from "vitest";
import { ownAgainstRent, rentAgainstApi, requestsForTheSame } from "./break-even.ts";

test("rent equals an API where the tokens of an hour are worth the rent", () => {
  // 1,000 tokens/s x 3,600 = 3.6 M an hour, worth 3.60; half of that time pays for a rent of 1.80.
  expect(rentAgainstApi({ rentPerHour: "1.80", tokensPerSecond: 1000, apiPerMillion: 1 }).toFixed()).toBe("0.5");
  expect(rentAgainstApi({ rentPerHour: "7.20", tokensPerSecond: 1000, apiPerMillion: 1 }).toFixed()).toBe("2");
});

test("a machine that writes nothing never pays", () => {
  expect(() => rentAgainstApi({ rentPerHour: 1, tokensPerSecond: 0, apiPerMillion: 1 })).toThrow(
    new RangeError("tokensPerSecond is 0, expected a finite number above 0"),
  );
});

test("owning counts depreciation less resale, power with overhead, space and labour", () => {
  const machine = { capex: 3600, lifetimeMonths: 36, watts: 500, perKwh: "0.20" };
  // 100 + 0.5 x 730 x 0.20 = 173; a rent of 1 an hour is 730 a month.
  expect(ownAgainstRent(machine, 1).times(730).toFixed(9)).toBe("173.000000000");
  const all = { ...machine, resale: 720, pue: 2, spacePerMonth: 20, labourPerMonth: 119 };
  // 80 + 146 + 20 + 119 = 365.
  expect(ownAgainstRent(all, 1).toFixed()).toBe("0.5");
});

test("a machine that lasts no time, or draws less than nothing, is refused", () => {
  const machine = { capex: 3600, lifetimeMonths: 36, watts: 500, perKwh: "0.20" };
  expect(() => ownAgainstRent({ ...machine, lifetimeMonths: 0 }, 1)).toThrow(
    new RangeError("lifetimeMonths is 0, expected a finite number above 0"),
  );
  expect(() => ownAgainstRent({ ...machine, watts: -1 }, 1)).toThrow(
    new RangeError("watts is -1, expected a finite number of at least 0"),
  );
});

test("a fixed price equals so many requests of an API", () => {
  expect(requestsForTheSame(31, "0.005").toFixed()).toBe("6200");
});
