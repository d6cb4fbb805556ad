import { expect, test } from "vitest";
import { catalogue, estimated, lines, price, reported, row } from "../testing.ts";

const rented = (inputs: object = {}) =>
  row("splitfleet:compute:ExternalPool", "rented", {
    provider: "runpod",
    offer: "h100-sxm-secure",
    gpus: 2,
    pool: "rented",
    ...inputs,
  });
const prices = catalogue(price("runpod/gpu-on-demand/h100-sxm-secure/*", "2.50"));

test("rented GPUs cost their stated hours, and all hours of the month at worst", () => {
  const usage = { pools: { rented: { nodeHoursPerMonth: 73 } } };
  expect(lines(estimated([rented()], { catalogue: prices, usage }))).toEqual([
    "2 h100-sxm-secure at runpod (at 1.25 USD/EUR of 2026-01-01): 0.4000 / 292.00, 4.0000 / 2920.00",
  ]);
});

test("without stated hours they run all month", () => {
  expect(lines(estimated([rented({ gpus: 1 })], { catalogue: prices }))).toEqual([
    "1 h100-sxm-secure at runpod (at 1.25 USD/EUR of 2026-01-01): 2.0000 / 1460.00, 2.0000 / 1460.00",
  ]);
});

test("an offer that nobody lists is a finding", () => {
  expect(reported(estimated([rented({ offer: "h900" })], { catalogue: prices }))).toEqual([
    "cost/unknown-price mandatory rented offer = h900",
  ]);
});
