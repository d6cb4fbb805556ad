import { expect, test } from "vitest";
import { type Found, type Inventory, Unasked } from "./found.ts";
import { isSwept, sweep } from "./sweep.ts";

const thing = (id: string, environment: string | undefined, more: Partial<Found> = {}): Found => ({
  provider: "cloud",
  kind: "volume",
  id,
  name: `name-${id}`,
  environment,
  ...more,
});

/** A cloud in which `holds` names what must go before what. */
function cloud(things: readonly Found[], holds: Readonly<Record<string, string>> = {}): Inventory & { has: string[] } {
  const has = things.map(({ id }) => id);
  return {
    provider: "cloud",
    has,
    list: () => Promise.resolve(things),
    remove: ({ id }) => {
      const by = holds[id];
      if (by !== undefined && has.includes(by)) return Promise.reject(new Error(`${id} is in use by ${by}`));
      has.splice(has.indexOf(id), 1);
      return Promise.resolve();
    },
  };
}
const reported = (id: string) => ({ provider: "cloud", kind: "volume", id, name: `name-${id}` });

test("removes what states the environment, and touches nothing else", async () => {
  const inventory = cloud([thing("1", "factory"), thing("2", "production"), thing("3", undefined)]);
  const report = await sweep([inventory], { environment: "factory" });
  expect(report).toEqual({
    removed: [reported("1")],
    left: [
      { ...reported("2"), refused: false, why: "belongs to production" },
      { ...reported("3"), refused: false, why: "says no splitfleet/environment" },
    ],
    unasked: [],
  });
  expect(inventory.has).toEqual(["2", "3"]);
  expect(isSwept(report)).toBe(true);
});

test("tries what was held again, as long as something goes", async () => {
  const inventory = cloud([thing("1", "factory"), thing("2", "factory"), thing("3", "factory")], { 1: "2", 2: "3" });
  const report = await sweep([inventory], { environment: "factory" });
  expect(report.removed.map(({ id }) => id)).toEqual(["3", "2", "1"]);
  expect(report.left).toEqual([]);
});

test("reports what was refused in the provider's words, and is not done then", async () => {
  const inventory = cloud([thing("1", "factory"), thing("2", undefined)], { 1: "2" });
  const report = await sweep([inventory], { environment: "factory" });
  expect(report.left[0]).toEqual({ ...reported("1"), refused: true, why: "1 is in use by 2" });
  expect(isSwept(report)).toBe(false);
});

test("leaves what can not be deleted, with the reason", async () => {
  const report = await sweep([cloud([thing("1", "factory", { stays: "is paid up front" })])], {
    environment: "factory",
  });
  expect(report.left).toEqual([{ ...reported("1"), refused: false, why: "is paid up front" }]);
  expect(isSwept(report)).toBe(true);
});

test("only looks in a dry run, and leaves out what the engine takes away itself", async () => {
  const inventory = cloud([thing("1", "factory"), thing("2", "factory")]);
  const report = await sweep([inventory], { environment: "factory", dryRun: true, isManaged: ({ id }) => id === "2" });
  expect(report).toEqual({ removed: [reported("1")], left: [], unasked: [] });
  expect(inventory.has).toEqual(["1", "2"]);
});

test("names a provider that can not be asked, and sweeps the others", async () => {
  const mute: Inventory = {
    provider: "aws eu-north-1",
    list: () => Promise.reject(new Unasked("the AWS CLI is not installed")),
    remove: () => Promise.reject(new Error("never asked")),
  };
  const report = await sweep([mute, cloud([thing("1", "factory")])], { environment: "factory" });
  expect(report.unasked).toEqual([{ provider: "aws eu-north-1", why: "the AWS CLI is not installed" }]);
  expect(report.removed).toEqual([reported("1")]);
  expect(isSwept(report)).toBe(false);
});

test("stops before the next one when a person stops it; the next run goes on", async () => {
  const stop = new AbortController();
  const inventory = cloud([thing("1", "factory"), thing("2", "factory")]);
  const report = await sweep([inventory], {
    environment: "factory",
    signal: stop.signal,
    onRemoved: () => stop.abort(),
  });
  expect(report.removed).toEqual([reported("1")]);
  expect(report.left).toEqual([{ ...reported("2"), refused: true, why: "the run was stopped before its turn" }]);
});
