import { expect, test } from "vitest";
import { generatePriceReference } from "./reference.ts";

const [page, ...others] = generatePriceReference();
const text = page?.text ?? "";

/** The part of the page from one heading up to the next line that starts with `until`. */
function section(heading: string, until: string): string {
  const from = text.slice(text.indexOf(heading));
  return from.slice(0, from.indexOf(`\n${until}`));
}

test("there is one page", () => {
  expect(page?.path).toBe("docs/reference/prices.md");
  expect(others).toEqual([]);
});

test("the page of prices names every row with its date and source", () => {
  expect(section("### load-balancer", "### ")).toBe(
    [
      "### load-balancer, EUR per hour",
      "",
      "Third-party report of the price since April 2026, seen 2026-10 (unverified). Observed 2026-10-01, valid until 2027-03-30.",
      "The hourly price is the monthly cap divided by 624 hours, the ratio that all rows of the API copy share.",
      "",
      "| item | amount | monthly cap | regions |",
      "| --- | --- | --- | --- |",
      "| lb11 | 0.0120 | 7.49 | fsn1, nbg1, hel1 |",
      "",
    ].join("\n"),
  );
});

test("the page of prices shows tiers and what a price includes", () => {
  expect(section("### internet-traffic", "### ").split("\n").slice(-7)).toEqual([
    "| item | amount | from | includes | regions |",
    "| --- | --- | --- | --- | --- |",
    "| out | 0.09 |  | 100 GB outbound | * |",
    "| out | 0.085 | 10240 GB |  | * |",
    "| out | 0.07 | 51200 GB |  | * |",
    "| out | 0.05 | 153600 GB |  | * |",
    "",
  ]);
});
