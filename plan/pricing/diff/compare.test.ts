import { expect, test } from "vitest";
import { catalogueOf } from "../catalogue/catalogue.ts";
import type { Price } from "../catalogue/schema.ts";
import { price, seeded } from "../testing.ts";
import { comparePrices } from "./compare.ts";
import { priceDiff, type PriceDiff } from "./contract.ts";

const TODAY = "2026-11-21";
const CPX42 = "hetzner/server/cpx42/fsn1";
const compare = (before: readonly Price[], after: readonly Price[]): PriceDiff =>
  comparePrices(
    { name: "before", catalogue: catalogueOf(before, TODAY) },
    { name: "after", catalogue: catalogueOf(after, TODAY) },
  );

test("a price that moved shows each figure with its per cent", () => {
  const before = [price(CPX42, "0.08", { monthlyCap: "50", orderable: true, included: { outboundTiB: "20" } })];
  const after = [price(CPX42, "0.1", { monthlyCap: "45", orderable: false, included: { outboundTiB: "1" } })];
  expect(compare(before, after)).toEqual({
    before: "before",
    after: "after",
    changed: [
      {
        id: CPX42,
        provider: "hetzner",
        kind: "server",
        item: "cpx42",
        region: "fsn1",
        fields: [
          { field: "amount", before: "0.08", after: "0.1", percent: "25.0" },
          { field: "monthlyCap", before: "50", after: "45", percent: "-10.0" },
          { field: "orderable", before: "true", after: "false", percent: null },
          { field: "included", before: "20 TiB outbound", after: "1 TiB outbound", percent: null },
        ],
      },
    ],
    added: [],
    removed: [],
    confirmed: 0,
    unchanged: 0,
  });
});

test("what came and what went is told apart from what stayed and what was only observed again", () => {
  const shared = [price(CPX42, "0.1114"), price("hetzner/server/cpx32/fsn1", "0.0569")];
  const diff = compare(
    [...shared, price("runpod/gpu-on-demand/h100/*", "2.69")],
    [
      ...shared,
      price("hetzner/server/cpx32/fsn1", "0.0569", { observedAt: "2026-11-01" }),
      price("openai/token-input/gpt-4o/*", "2.50"),
    ],
  );
  expect(diff).toMatchObject({ changed: [], confirmed: 1, unchanged: 1 });
  const place = { region: "*", currency: "USD" };
  expect(diff.added).toEqual([
    {
      ...place,
      id: "openai/token-input/gpt-4o/*",
      provider: "openai",
      kind: "token-input",
      item: "gpt-4o",
      amount: "2.50",
      unit: "million tokens",
    },
  ]);
  expect(diff.removed).toEqual([
    {
      ...place,
      id: "runpod/gpu-on-demand/h100/*",
      provider: "runpod",
      kind: "gpu-on-demand",
      item: "h100",
      amount: "2.69",
      unit: "GPU-hour",
    },
  ]);
});

test("only prices in force are compared: history may be dropped, and tiers that a new list leaves out are gone", () => {
  const old = price(CPX42, "0.05", { observedAt: "2026-01-01" });
  const first = price("aws/internet-traffic/out/*", "0.09");
  const tier = { ...first, id: `${first.id}/from-10240`, from: "10240", amount: "0.085" };
  const flat = { ...first, observedAt: "2026-10-01" };
  const now = price(CPX42, "0.06", { observedAt: "2026-02-01" });
  const diff = compare([old, now, first, tier], [now, first, tier, flat]);
  expect(diff).toMatchObject({ changed: [], added: [], confirmed: 1, unchanged: 1 });
  expect(diff.removed.map(({ id }) => id)).toEqual(["aws/internet-traffic/out/*/from-10240"]);
});

test("a cohort is a price of its own", () => {
  const former = price("hetzner/server/cx33/fsn1", "0.0104", { id: "a/2026-04-01", cohort: "2026-04-01" });
  const recent = price("hetzner/server/cx33/fsn1", "0.0136", { id: "a/2026-06-15", cohort: "2026-06-15" });
  const diff = compare([former], [former, recent]);
  expect(diff).toMatchObject({ changed: [], added: [{ id: "a/2026-06-15" }], unchanged: 1 });
});

test("amounts of two currencies have no per cent", () => {
  const diff = compare([price(CPX42, "0.08")], [price(CPX42, "0.09", { currency: "USD" })]);
  expect(diff.changed[0]?.fields).toEqual([
    { field: "amount", before: "0.08", after: "0.09", percent: null },
    { field: "currency", before: "EUR", after: "USD", percent: null },
  ]);
});

test("the largest change of an amount comes first, up or down", () => {
  const at = (factor: number): Price[] => [
    price("hetzner/server/a/fsn1", String(1 + 0.1 * factor)),
    price("hetzner/server/b/fsn1", String(1 - 0.5 * factor)),
    price("hetzner/server/c/fsn1", String(1 + 0.2 * factor)),
  ];
  expect(compare(at(0), at(1)).changed.map(({ item }) => item)).toEqual(["b", "c", "a"]);
});

test("a catalogue differs from itself in nothing, and two swap added with removed, for generated ones", () => {
  for (let seed = 0; seed < 30; seed += 1) {
    const random = seeded(seed);
    const make = (): Price[] =>
      Array.from({ length: 10 }, (_, i) => i)
        .filter(() => random() < 0.7)
        .map((i) => price(`hetzner/server/type-${i}/fsn1`, String(1 + Math.floor(random() * 3))));
    const [one, other] = [make(), make()];
    expect(compare(one, one)).toMatchObject({ changed: [], added: [], removed: [], unchanged: one.length });
    const [there, back] = [compare(one, other), compare(other, one)];
    expect([there.added, there.removed]).toEqual([back.removed, back.added]);
    expect(there.changed.map(({ id }) => id).toSorted()).toEqual(back.changed.map(({ id }) => id).toSorted());
    expect(priceDiff.parse(there)).toEqual(there);
  }
});
