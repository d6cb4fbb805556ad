import { expect, it } from "vitest";
import { driftOf } from "./preview.ts";

it("counts as drift whatever is not as it was", () => {
  expect(driftOf({ same: 70 })).toBe(0);
  expect(driftOf({ create: 0, update: 2, replace: 1, delete: 1, same: 70 })).toBe(4);
});
