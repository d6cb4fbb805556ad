import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { MATURITY, NODE_FEATURES } from "./node-maturity.ts";

const ROOT = path.join(import.meta.dirname, "..");

test("every test that shows a feature is there, and its word is one of those that are explained", () => {
  const absent = NODE_FEATURES.flatMap(({ shownBy }) => shownBy).filter((file) => !existsSync(path.join(ROOT, file)));
  expect(absent).toEqual([]);
  expect(NODE_FEATURES.filter(({ maturity }) => !(maturity in MATURITY))).toEqual([]);
});
