import { expect, it } from "vitest";
import { readByPulumi } from "./pulumi-scalars.ts";

it.each([
  ["2027-06-30", "a point in time"],
  ["2027-06-30T10:00:00Z", "a point in time"],
  ["010", "an octal number"],
  ["0b11", "a binary number"],
  ["1_000", "a number without its underscores"],
  [".inf", "a number that JSON has no form for"],
])("Pulumi takes %s for %s", (source, reads) => {
  expect(readByPulumi(source)).toBe(reads);
});

it.each([
  "yes",
  "off",
  "12:30",
  "1.36",
  "0x1F",
  "0o17",
  "1e3",
  ".5",
  "0",
  "True",
  "v1.36.2+k3s1",
  "10.0.0.0/16",
  "never",
])("reads %s as Pulumi does", (source) => {
  expect(readByPulumi(source)).toBeUndefined();
});
