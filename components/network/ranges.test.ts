import { expect, test } from "vitest";
import { hostAddress, subnetRange } from "./ranges.ts";

test.each([
  ["10.20.0.0/16", 0, "10.20.0.0/20"],
  ["10.20.0.0/16", 1, "10.20.16.0/20"],
  ["10.20.0.0/16", 15, "10.20.240.0/20"],
  ["192.168.4.0/24", 3, "192.168.4.48/28"],
  ["10.0.0.0/8", 5, "10.80.0.0/12"],
])("the subnet of %s with number %i is %s", (range, index, expected) => {
  expect(subnetRange(range, index)).toBe(expected);
});

test("a range that is too small is refused", () => {
  expect(() => subnetRange("10.0.0.0/25", 0)).toThrow("10.0.0.0/25 is too small to be split; expected a /24 or larger");
});

test("a seventeenth subnet is refused", () => {
  expect(() => subnetRange("10.0.0.0/16", 16)).toThrow("10.0.0.0/16 has 16 subnets; asked for number 17");
});

test.each([
  ["10.10.2.0/24", 1, "10.10.2.11"],
  ["10.10.0.0/22", 250, "10.10.1.4"],
])("in %s node %i has the address %s", (subnet, number, expected) => {
  expect(hostAddress(subnet, number)).toBe(expected);
});

test("a subnet that is too small for its nodes is refused", () => {
  expect(() => hostAddress("10.10.2.0/28", 5)).toThrow(
    "10.10.2.0/28 has no address for node 5; choose a larger subnet",
  );
});
