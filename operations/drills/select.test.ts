import { expect, test } from "vitest";
import { InputError } from "../errors.ts";
import { BUILT_IN } from "./registry.ts";
import { selectDrills } from "./select.ts";

const namesOf = (names: readonly string[], all = false): string[] =>
  selectDrills(BUILT_IN, names, all).map(({ name }) => name);

test("drills run in the registry's order, each once", () => {
  expect(namesOf(["drift", "node-loss", "drift"])).toEqual(["node-loss", "drift"]);
});

test("--all is every one", () => {
  expect(namesOf([], true)).toEqual(BUILT_IN.map(({ name }) => name));
});

test("a wrong name is answered with the nearest one, and what there is", () => {
  expect(() => namesOf(["node-los", "upgrade"])).toThrow(
    /^There is no drill "node-los"\. Did you mean node-loss\?\nThere are:\n {2}scale-to-zero {2}A burst pool/,
  );
});

test("no name at all lists them", () => {
  expect(() => namesOf([])).toThrow(InputError);
  expect(() => namesOf([])).toThrow("Name a drill, or take --all.");
});

test("--all with names is refused", () => {
  expect(() => namesOf(["drift"], true)).toThrow("--all and the names drift exclude each other.");
});

test("every drill has a name of its own, in words", () => {
  const names = BUILT_IN.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([]);
});
