import { expect, test } from "vitest";
import { addressesOf, addressText, EVERY_ADDRESS, intervalText, joined, pieces } from "./intervals.ts";

test("a whole is cut wherever a range begins or ends, and nothing is lost", () => {
  const ranges = [
    { first: 3, last: 5 },
    { first: 5, last: 8 },
    { first: 10, last: 12 },
  ];
  expect(pieces({ first: 1, last: 10 }, ranges)).toEqual([
    { first: 1, last: 2 },
    { first: 3, last: 4 },
    { first: 5, last: 5 },
    { first: 6, last: 8 },
    { first: 9, last: 9 },
    { first: 10, last: 10 },
  ]);
  expect(pieces(EVERY_ADDRESS, [EVERY_ADDRESS])).toEqual([EVERY_ADDRESS]);
});

test("pieces that touch are joined again, whatever their order", () => {
  const touching = [
    { first: 6, last: 8 },
    { first: 1, last: 2 },
    { first: 3, last: 4 },
    { first: 7, last: 7 },
  ];
  expect(joined(touching)).toEqual([
    { first: 1, last: 4 },
    { first: 6, last: 8 },
  ]);
  expect(joined([])).toEqual([]);
});

test.each([
  ["100.64.0.0/10", "100.64.0.0-100.127.255.255"],
  ["10.10.1.11/32", "10.10.1.11"],
  ["10.10.1.11/24", "10.10.1.0-10.10.1.255"],
  ["0.0.0.0/0", "0.0.0.0-255.255.255.255"],
])("the range %s is %s", (range, expected) => {
  expect(intervalText(addressesOf(range), addressText)).toBe(expected);
});
