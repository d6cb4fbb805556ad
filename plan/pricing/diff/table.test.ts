import { expect, test } from "vitest";
import { catalogueOf } from "../catalogue/catalogue.ts";
import { price } from "../testing.ts";
import { comparePrices } from "./compare.ts";
import { toDiffTable } from "./table.ts";

const side = (name: string, prices: Parameters<typeof catalogueOf>[0]) => ({
  name,
  catalogue: catalogueOf(prices, "2026-11-21"),
});

test("the table has a line for each figure, regions that moved alike together, and the counts", () => {
  const diff = comparePrices(
    side("HEAD", [
      price("hetzner/server/cpx42/fsn1", "0.08", { monthlyCap: "50" }),
      price("hetzner/server/cpx42/nbg1", "0.08", { monthlyCap: "50" }),
      price("hetzner/server/cpx42/sin", "0.10", { monthlyCap: "60" }),
      price("mistral/token-output/mistral-small/*", "0.60"),
      price("groq/token-input/llama/*", "0.05"),
    ]),
    side("the working tree", [
      price("hetzner/server/cpx42/fsn1", "0.10", { monthlyCap: "50" }),
      price("hetzner/server/cpx42/nbg1", "0.10", { monthlyCap: "50" }),
      price("hetzner/server/cpx42/sin", "0.10", { monthlyCap: "54" }),
      price("mistral/token-output/mistral-small/*", "0.30"),
      price("openai/token-input/gpt-4o/*", "2.50"),
    ]),
  );
  expect(toDiffTable(diff, { colour: false })).toBe(`\
Prices, HEAD to the working tree

changed:
  mistral/token-output/mistral-small  amount      0.60  0.30  -50.0 %
  hetzner/server/cpx42 in fsn1, nbg1  amount      0.08  0.10  +25.0 %
  hetzner/server/cpx42 in sin         monthlyCap  60    54    -10.0 %

added:
  openai/token-input/gpt-4o  2.50 USD  million tokens

removed:
  groq/token-input/llama  0.05 USD  million tokens

0 unchanged, 0 observed anew at the same price
`);
});

test("dearer is red and cheaper is green, where there is colour", () => {
  const diff = comparePrices(
    side("a", [price("hetzner/server/x/fsn1", "1"), price("hetzner/server/y/fsn1", "1")]),
    side("b", [price("hetzner/server/x/fsn1", "2"), price("hetzner/server/y/fsn1", "0.5")]),
  );
  const lines = toDiffTable(diff, { colour: true }).split("\n");
  expect(lines[3]).toBe("\u001b[31m  hetzner/server/x in fsn1  amount  1  2    +100.0 %\u001b[39m");
  expect(lines[4]).toBe("\u001b[32m  hetzner/server/y in fsn1  amount  1  0.5  -50.0 %\u001b[39m");
});

test("two catalogues that are alike are one line", () => {
  const same = [price("hetzner/server/x/fsn1", "1")];
  expect(toDiffTable(comparePrices(side("a", same), side("b", same)), { colour: false })).toBe(
    "Prices, a to b\n\n1 unchanged, 0 observed anew at the same price\n",
  );
});
