import { expect, test } from "vitest";
import { estimated, lines, row } from "../testing.ts";

test("a Capacity Block costs all of its price in the month in which it is bought", () => {
  const block = row("splitfleet:compute:CapacityBlock", "block", { instances: 1, hours: 48, upfrontUsd: 2400 });
  expect(lines(estimated([block]))).toEqual([
    "Capacity Block of 1 for 48 h, paid up front and never given back: 40.0000 / 1920.00, 40.0000 / 1920.00",
  ]);
});
