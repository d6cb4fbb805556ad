import { expect, test } from "vitest";
import { entryOf, ofKind } from "../../../stacks/spec/of-kind.ts";
import { rowsOf, sandbox } from "../../../test/harness.ts";
import { estimate } from "../estimate.ts";
import { catalogue, price } from "../testing.ts";
import { environmentAdvice } from "./contract.ts";
import { savingsOf } from "./savings.ts";
import { environmentTable } from "./table.ts";

const TODAY = "2026-11-21";
type Change = NonNullable<Parameters<typeof sandbox>[0]>;

/** The test's own prices, and a type as good as cpx42 for ten euros less. */
const PRICES = catalogue(
  price("hetzner/server/cpx42/fsn1", "0.1114", { monthlyCap: "69.49", orderable: true }),
  price("hetzner/server/cpx52/fsn1", "0.0953", { monthlyCap: "59.49", orderable: true }),
  price("hetzner/server/cx43/fsn1", "0.0256", { monthlyCap: "15.99", orderable: false }),
);

async function savings(change: Change) {
  const { spec, lock } = await sandbox(change);
  const { cost } = estimate(await rowsOf({ spec, lock }), { catalogue: PRICES, ...spec, today: TODAY });
  return savingsOf({ spec, lock, cost, catalogue: PRICES });
}

const shown = ({ savings: found }: Awaited<ReturnType<typeof savings>>): string[] =>
  found.map(({ what, change, expectedEurosPerMonth }) => `${what}: ${change}: ${expectedEurosPerMonth}`);

test("a type that can be ordered, has as much and costs less saves on every node; one out of stock is not named", async () => {
  const advice = await savings(({ spec }) => void (spec.environment.purpose = "production"));
  expect(shown(advice)).toEqual(["pool inference: cpx52 instead of cpx42: 20.00"]);
  expect(environmentAdvice.parse(advice)).toEqual(advice);
});

test("outside production, nodes that keep nothing may go at night: 217 hours cost 24.17 instead of 69.49", async () => {
  const advice = await savings(({ spec }) => void (spec.environment.purpose = "staging"));
  expect(shown(advice)[0]).toBe(
    "pool inference: delete its servers outside 217 working hours a month and create them again: 90.63",
  );
  expect(
    environmentTable(advice, { colour: false })
      .split("\n")
      .filter((line) => line.length > 100),
  ).toEqual([]);
});

test("a burst pool that keeps a node saves what its jobs do not use of it", async () => {
  const advice = await savings(({ spec }) => {
    spec.environment.purpose = "production";
    entryOf("pools", ofKind(spec.pools, "aws"), "burst").minimum = 1;
  });
  // 730 hours less the 48 that are used, at 10.57 dollars on spot and 1.25 dollars to a euro.
  expect(shown(advice)[0]).toBe("pool burst: minimum: 0 instead of 1: 5766.99");
});
