import path from "node:path";
import { expect, test } from "vitest";
import { lockedSince } from "./lock-file.ts";

test("tells the day of a lock that is named, and of the one in stacks/", () => {
  expect(lockedSince("elsewhere", path.join(import.meta.dirname, "testdata/trial.lock.yaml"))).toBe("2026-11-21");
  expect(lockedSince("sandbox")).toMatch(/^\d{4}-\d{2}-\d{2}$/);
});

test("knows no day where there is no lock, or none that says it", () => {
  expect(lockedSince("nowhere")).toBeUndefined();
  expect(lockedSince("sandbox", path.join(import.meta.dirname, "testdata/trial.yaml"))).toBeUndefined();
});
