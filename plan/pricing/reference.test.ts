import { expect, test } from "vitest";
import { generatePriceReference } from "./reference.ts";

test("the page of prices names every row with its date and source", () => {
  const [page, ...others] = generatePriceReference();
  expect(others).toEqual([]);
  expect(page?.path).toBe("docs/reference/prices.md");
  const section = page?.text.slice(
    page.text.indexOf("### load-balancer"),
    page.text.indexOf("### object-storage-base"),
  );
  expect(section).toBe(
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
      "",
    ].join("\n"),
  );
});
