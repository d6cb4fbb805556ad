import { expect, test } from "vitest";
import { minorsBehind, nextMinor, upgradeOrder, type UpgradedNode } from "./upgrade-order.ts";

const node = (name: string, version: string, isServer = false): UpgradedNode => ({ name, version, isServer });
const FLEET = [
  node("inference-1", "v1.36.2+k3s1"),
  node("operations-1", "v1.36.2+k3s1", true),
  node("inference-2", "v1.36.2+k3s1"),
  node("operations-2", "v1.36.2+k3s1", true),
];

test("servers go before agents, each in its order", () => {
  expect(upgradeOrder(FLEET, "v1.37.0+k3s1")).toEqual(["operations-1", "operations-2", "inference-1", "inference-2"]);
});

test("what runs the version already is left out, also after an upgrade that was stopped half-way", () => {
  const half = [node("operations-1", "v1.37.0+k3s1", true), node("inference-1", "v1.36.2+k3s1")];
  expect(upgradeOrder(half, "v1.37.0+k3s1")).toEqual(["inference-1"]);
});

test("a patch and a revision of k3s are upgrades too", () => {
  expect(upgradeOrder([node("a", "v1.36.2+k3s1")], "v1.36.2+k3s2")).toEqual(["a"]);
  expect(upgradeOrder([node("a", "v1.36.2+k3s1")], "v1.36.10+k3s1")).toEqual(["a"]);
});

test("a skipped minor is refused with the version between", () => {
  expect(() => upgradeOrder(FLEET, "v1.38.1+k3s1")).toThrow(
    "inference-1 runs v1.36.2+k3s1; from there to v1.38.1+k3s1 a minor is skipped: go to v1.37.0+k3s1 first",
  );
  expect(() => upgradeOrder(FLEET, "v2.36.0+k3s1")).toThrow("a minor is skipped");
});

test("an older version is refused", () => {
  expect(() => upgradeOrder(FLEET, "v1.36.1+k3s1")).toThrow(
    "v1.36.1+k3s1 is older than the v1.36.2+k3s1 that inference-1 runs",
  );
});

test("what is no version of k3s is named", () => {
  expect(() => nextMinor("1.36")).toThrow("1.36 is no version of k3s such as v1.36.2+k3s1");
});

test("minors between two versions, in both directions and across majors", () => {
  expect(minorsBehind("v1.36.2+k3s1", "v1.37.0+k3s1")).toBe(1);
  expect(minorsBehind("v1.36.2+k3s1", "v1.36.9+k3s1")).toBe(0);
  expect(minorsBehind("v1.36.2+k3s1", "v1.35.9+k3s1")).toBe(-1);
  expect(minorsBehind("v1.36.2+k3s1", "v2.0.0+k3s1")).toBe(Number.POSITIVE_INFINITY);
});
