import { describe, expect, test } from "vitest";
import { allOf, count, describeValue, nearest, oneOf } from "./words.ts";

test("lists read as sentences", () => {
  expect([oneOf([]), oneOf(["a"]), oneOf(["a", "b"]), allOf(["a", "b", "c"])]).toEqual([
    "",
    "a",
    "a or b",
    "a, b and c",
  ]);
  expect([count(1, "pod"), count(2, "pod")]).toEqual(["1 pod", "2 pods"]);
});

describe("the nearest name", () => {
  test.each([
    ["vualt", ["vault", "site"], "vault"],
    ["memoryGB", ["memoryGiB", "diskGiB"], "memoryGiB"],
    ["memory", ["memoryGiB", "diskGiB"], "memoryGiB"],
    ["SITE", ["site", "sites"], "site"],
    ["gpus", ["gpu"], "gpu"],
    ["cpu", ["gpu"], "gpu"],
    ["disk", ["diskGiB", "diskType"], undefined],
    ["colour", ["vault", "site"], undefined],
    ["anything", [], undefined],
  ])("to %s among %s is %s", (name, candidates, expected) => {
    expect(nearest(name, candidates)).toBe(expected);
  });
});

describe("a value in a report", () => {
  test.each<[unknown, string]>([
    [undefined, "nothing"],
    [null, "an empty value"],
    [{ secure: "v1:c2VjcmV0" }, "a mapping"],
    [{}, "an empty mapping"],
    [["secret"], "a list"],
    [[], "an empty list"],
    [0.5, "0.5"],
    [false, "false"],
    ["x".repeat(58), `"${"x".repeat(58)}"`],
    ["x".repeat(59), `"${"x".repeat(57)}…"`],
  ])("%j is %s", (value, expected) => {
    expect(describeValue(value)).toBe(expected);
  });
});
