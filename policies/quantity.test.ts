import { expect, test } from "vitest";
import { amountOf } from "./quantity.ts";

test.each([
  ["500m", 0.5],
  ["3", 3],
  ["0", 0],
  ["16Gi", 17_179_869_184],
  ["1.5Gi", 1_610_612_736],
  ["15719Mi", 16_482_566_144],
  ["2k", 2000],
  ["1e3", 1000],
])("%s is %d", (quantity, amount) => {
  expect(amountOf(quantity)).toBe(amount);
});

test.each(["", "Gi", "3 Gi", "3GiB", "many"])("%j is refused", (quantity) => {
  expect(() => amountOf(quantity)).toThrow(`${JSON.stringify(quantity)} is no quantity of Kubernetes`);
});
