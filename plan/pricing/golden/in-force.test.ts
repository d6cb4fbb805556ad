import { expect, test } from "vitest";
import { allowancesText } from "../catalogue/allowances.ts";
import { loadCatalogue } from "../catalogue/load.ts";
import type { Price } from "../catalogue/schema.ts";
import { pricesInForce } from "../diff/in-force.ts";

/** Such as `hetzner/server/cpx42/2026-06-15 in fsn1, hel1: 0.1114 EUR, at most 69.49, with 20 TiB outbound`. */
function line(alike: readonly Price[]): string {
  const [price] = alike;
  if (price === undefined) return "";
  const { provider, kind, item, cohort, from, amount, currency, monthlyCap, included = {}, orderable } = price;
  const regions = alike.map(({ region }) => region).toSorted();
  return [
    [provider, kind, item, cohort].filter((part) => part !== undefined).join("/"),
    regions.join() === "*" ? "" : ` in ${regions.join(", ")}`,
    from === undefined ? "" : ` above ${from}`,
    `: ${amount} ${currency}`,
    monthlyCap === undefined ? "" : `, at most ${monthlyCap}`,
    allowancesText(included) === "" ? "" : `, with ${allowancesText(included)}`,
    orderable === false ? ", not orderable" : "",
  ].join("");
}

test("the prices in force are these", async () => {
  const prices = [...pricesInForce(loadCatalogue({ today: "2026-11-21" })).values()];
  const alike = Map.groupBy(prices, (price) => line([{ ...price, region: "*" }]));
  const lines = [...alike.values()].map(line).toSorted();
  await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("prices-in-force.txt");
});
