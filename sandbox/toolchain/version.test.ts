import { expect, test } from "vitest";
import { findVersion, isAtLeast } from "./version.ts";

test.each([
  ["v3.259.0", "3.259.0"],
  ["Kubernetes v1.36.1\n", "1.36.1"],
  ["Vault v1.21.0 (abc), built 2026", "1.21.0"],
  ["3.260.0-alpha.1+dirty", "3.260.0-alpha.1"],
  ["go1.26", "1.26"],
  ["command not found", undefined],
])("the version in %j is %s", (text, expected) => {
  expect(findVersion(text)).toBe(expected);
});

test.each([
  ["3.259.0", true],
  ["3.259.1", true],
  ["3.260.0-alpha.1", true],
  ["4.0.0", true],
  ["3.260", true],
  ["3.259", true],
  ["3.258", false],
  ["3.258.9", false],
  ["3.99.0", false],
  ["2.999.999", false],
  ["3.259.0-rc.1", false],
])("%s is at least 3.259.0: %s", (version, expected) => {
  expect(isAtLeast(version, "3.259.0")).toBe(expected);
});

test("something that is no version is refused", () => {
  expect(() => isAtLeast("latest", "3.259.0")).toThrow('"latest" is not a version such as 3.259.0');
});
