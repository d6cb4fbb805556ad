import { expect, test } from "vitest";
import { catalogue, estimated, lines, price, reported, row } from "../testing.ts";

const zone = (plan: string) => row("splitfleet:edge:Zone", "edge", { zone: "example.org", plan });
const prices = catalogue(price("cloudflare/plan/pro/*", "25", { unit: "month" }));

test("a zone costs its plan, whatever it serves", () => {
  expect(lines(estimated([zone("pro")], { catalogue: prices }))).toEqual([
    "plan pro of example.org (at 1.25 USD/EUR of 2026-01-01): 0.0274 / 20.00, 0.0274 / 20.00",
  ]);
});

test("the free plan is no line and no finding", () => {
  const free = estimated([zone("free")], { catalogue: prices });
  expect([lines(free), reported(free)]).toEqual([[], []]);
});

test("a plan that nobody lists is a finding", () => {
  expect(reported(estimated([zone("enterprise")], { catalogue: prices }))).toEqual([
    "cost/unknown-price mandatory edge plan = enterprise",
  ]);
});
