import { expect, it } from "vitest";
import { changed, exampleRow } from "./example.ts";
import { UNKNOWN } from "./row.ts";
import { below, itemsOf, placeIn, shown } from "./values.ts";

const row = exampleRow("a:b:C", "c", {
  spec: { env: [{ name: "A" }, { name: UNKNOWN }], "odd key": 1 },
  late: UNKNOWN,
});

it("follows keys and says where it got to", () => {
  expect(placeIn(row, "spec", "env", 0, "name")).toEqual({ path: "spec.env[0].name", value: "A" });
  expect(placeIn(row, "spec", "odd key")).toEqual({ path: 'spec["odd key"]', value: 1 });
  expect(placeIn(row, "spec", "none", "deeper")).toEqual({ path: "spec.none.deeper", value: undefined });
});

it("takes everything within an unknown value for unknown", () => {
  expect(placeIn(row, "late", "deeper", 3)).toEqual({ path: "late.deeper[3]", value: UNKNOWN });
  expect(itemsOf(placeIn(row, "late"))).toEqual([{ path: "late", value: UNKNOWN }]);
  expect(itemsOf(placeIn(row, "spec", "env")).map((item) => below(item, "name").value)).toEqual(["A", UNKNOWN]);
});

it("shows a value in 80 characters, and what is unknown within it as such", () => {
  expect([undefined, null, "text", 7, ["a", UNKNOWN]].map((value) => shown(value))).toEqual([
    "nothing",
    "nothing",
    "text",
    "7",
    '["a","[unknown]"]',
  ]);
  expect(shown("x".repeat(80))).toBe("x".repeat(80));
  expect(shown("x".repeat(81))).toBe(`${"x".repeat(79)}…`);
});

it("changes one place of an example and leaves the rest", () => {
  expect(changed(row, "spec.env[1]", undefined).inputs["spec"]).toEqual({ env: [{ name: "A" }], "odd key": 1 });
  expect(changed(row, 'spec["odd key"]', 2).inputs["spec"]).toMatchObject({ "odd key": 2 });
  expect(() => changed(row, "spec.new.deep", 1)).toThrow("spec.new.deep: nothing holds deep");
});
