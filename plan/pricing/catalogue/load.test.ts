import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, onTestFinished } from "vitest";
import { catalogueOf } from "./catalogue.ts";
import { CatalogueError, type CatalogueProblem } from "./check.ts";
import { loadCatalogue } from "./load.ts";
import { KINDS } from "./schema.ts";
import { price } from "../testing.ts";

const TODAY = "2026-11-21";

const list = {
  kind: "server",
  unit: "hour",
  currency: "EUR",
  regions: ["fsn1", "hel1"],
  source: "a figure made for tests",
  evidence: "provider",
  observedAt: "2026-09-29",
  validUntil: "2027-03-28",
  rows: [{ item: "cpx42", amount: "0.1114", monthlyCap: "69.49" }],
};

function folderOf(files: { readonly [name: string]: unknown }): string {
  const folder = mkdtempSync(join(tmpdir(), "splitfleet-prices-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

function problemsOf(folder: string): readonly CatalogueProblem[] {
  try {
    loadCatalogue({ today: TODAY, folders: [folder] });
  } catch (error) {
    if (error instanceof CatalogueError) return error.problems;
    throw error;
  }
  return [];
}

const withList = (changes: object): object => ({ provider: "hetzner", lists: [{ ...list, ...changes }] });
const withRow = (changes: object): object => withList({ rows: [{ ...list.rows[0], ...changes }] });

test("the project's own catalogue has no mistake", () => {
  const { prices } = loadCatalogue({ today: TODAY });
  expect([...new Set(prices.map(({ provider }) => provider))]).toEqual([
    "anthropic",
    "aws",
    "azure",
    "cloudflare",
    "coreweave",
    "deepinfra",
    "deepseek",
    "exchange",
    "gcp",
    "groq",
    "hetzner",
    "lambda",
    "mistral",
    "nebius",
    "openai",
    "runpod",
    "tailscale",
    "together",
    "vast",
  ]);
});

test("a row becomes one price for each region, with all that its list says", () => {
  const { prices } = loadCatalogue({
    today: TODAY,
    folders: [folderOf({ "hetzner.json": withList({ cohort: "2026-06-15" }) })],
  });
  const { rows: _, regions: _regions, ...shared } = list;
  expect(prices).toEqual(
    ["fsn1", "hel1"].map((region) => ({
      id: `hetzner/server/cpx42/${region}/2026-06-15`,
      provider: "hetzner",
      region,
      cohort: "2026-06-15",
      item: "cpx42",
      amount: "0.1114",
      monthlyCap: "69.49",
      ...shared,
    })),
  );
});

test.each<[string, unknown, string, string]>([
  [
    "a negative price",
    withRow({ amount: "-1" }),
    "lists[0].rows[0].amount",
    'got "-1", expected a decimal number above zero',
  ],
  [
    "a price of zero",
    withRow({ amount: "0.00" }),
    "lists[0].rows[0].amount",
    'got "0.00", expected a decimal number above zero',
  ],
  [
    "a price that is a number",
    withRow({ amount: 0.1114 }),
    "lists[0].rows[0].amount",
    "got 0.1114, expected a decimal number in quotes, so that no digit is lost",
  ],
  [
    "a price with a comma",
    withRow({ amount: "0,11" }),
    "lists[0].rows[0].amount",
    'got "0,11", expected a decimal number above zero',
  ],
  [
    "an unknown unit",
    withList({ unit: "fortnight" }),
    "lists[0].unit",
    `got "fortnight", expected one of ${[...new Set(Object.values(KINDS))].map((unit) => `"${unit}"`).join("|")}`,
  ],
  [
    "a unit of another kind",
    withList({ unit: "month" }),
    "lists[0].unit",
    'got "month", expected "hour" for a price of kind server',
  ],
  ["an unknown field", withRow({ price: "1" }), "lists[0].rows[0]", 'unknown field "price"'],
  ["no source", withList({ source: undefined }), "lists[0].source", "got nothing, expected string"],
  [
    "a day that does not exist",
    withList({ observedAt: "2026-02-30" }),
    "lists[0].observedAt",
    'got "2026-02-30", expected a day such as 2026-11-21',
  ],
  [
    "an observation in the future",
    withList({ observedAt: "2026-11-22" }),
    "lists[0].observedAt",
    "got 2026-11-22, expected a day up to today, 2026-11-21",
  ],
  [
    "an end before the observation",
    withList({ validUntil: "2026-09-28" }),
    "lists[0].validUntil",
    "got 2026-09-28, expected a day from 2026-09-29 on",
  ],
  [
    "a currency without a rate",
    withList({ currency: "USD" }),
    "lists[0].currency",
    "no rate for USD; add a dated one to exchange-rates.json",
  ],
  [
    "a range above the amount",
    withRow({ low: "0.2" }),
    "lists[0].rows[0].low",
    "got 0.2, expected at most the amount, 0.1114",
  ],
  [
    "a range below the amount",
    withRow({ high: "0.1" }),
    "lists[0].rows[0].high",
    "got 0.1, expected at least the amount, 0.1114",
  ],
  [
    "a cap below one hour",
    withRow({ monthlyCap: "0.01" }),
    "lists[0].rows[0].monthlyCap",
    "got 0.01, expected at least the price of one hour, 0.1114",
  ],
  [
    "an allowance that nobody knows",
    withRow({ included: { outboundMiles: "20" } }),
    "lists[0].rows[0].included",
    'unknown field "outboundMiles"',
  ],
  [
    "a later tier without a first one",
    withList({ regions: ["fsn1"], rows: [{ item: "cpx42", amount: "0.1", from: "10240" }] }),
    "lists[0].rows[0].from",
    'a tier from 10240 on, but no first tier without "from" beside it',
  ],
  [
    "a tier that is there twice",
    withList({
      regions: ["fsn1"],
      rows: [list.rows[0], { item: "cpx42", amount: "0.2", from: "9" }, { item: "cpx42", amount: "0.1", from: "9" }],
    }),
    "lists[0].rows[2]",
    "a second price for hetzner/server/cpx42/fsn1/from-9 on 2026-09-29; the first is in hetzner.json: lists[0].rows[1]",
  ],
  [
    "a row that is there twice",
    withList({ regions: ["fsn1"], rows: [list.rows[0], list.rows[0]] }),
    "lists[0].rows[1]",
    "a second price for hetzner/server/cpx42/fsn1 on 2026-09-29; the first is in hetzner.json: lists[0].rows[0]",
  ],
  [
    "a file that is cut off",
    '{ "provider": "hetzner", "lists": [',
    "(whole file)",
    "can not be read as JSON: Unexpected end of JSON input",
  ],
])("%s is a mistake with its file and path", (_, content, path, message) => {
  expect(problemsOf(folderOf({ "hetzner.json": content }))).toEqual([{ file: "hetzner.json", path, message }]);
});

test("all mistakes are told at once", () => {
  const folder = folderOf({ "hetzner.json": withList({ currency: "USD", observedAt: "2026-12-01" }) });
  expect(() => loadCatalogue({ today: TODAY, folders: [folder] })).toThrow(
    [
      "The price catalogue has mistakes:",
      "  hetzner.json: lists[0].currency: no rate for USD; add a dated one to exchange-rates.json",
      "  hetzner.json: lists[0].observedAt: got 2026-12-01, expected a day up to today, 2026-11-21",
    ].join("\n"),
  );
});

test("an empty folder and a missing one are mistakes", () => {
  const folder = folderOf({});
  expect(problemsOf(folder)).toEqual([{ file: folder, path: "*.json", message: "no price file found" }]);
  const missing = join(folder, "missing");
  expect(problemsOf(missing)).toEqual([
    {
      file: missing,
      path: "(whole file)",
      message: `the folder can not be read: ENOENT: no such file or directory, scandir '${missing}'`,
    },
  ]);
});

test("the newest price of the newest cohort is found, the region's own before everywhere's", () => {
  const prices = [
    price("hetzner/server/cx33/fsn1", "1", { cohort: "2026-04-01", observedAt: "2026-10-01" }),
    price("hetzner/server/cx33/fsn1", "2", { cohort: "2026-06-15", observedAt: "2026-07-01" }),
    price("hetzner/server/cx33/fsn1", "3", { cohort: "2026-06-15", observedAt: "2026-09-29" }),
    price("hetzner/server/cx33/*", "4"),
  ];
  const catalogue = catalogueOf(prices, TODAY);
  const find = (region: string, orderedOn?: string): string | undefined =>
    catalogue.find({ provider: "hetzner", kind: "server", item: "cx33", region, orderedOn })?.amount;
  expect(find("fsn1")).toBe("3");
  expect(find("fsn1", "2026-06-14")).toBe("1");
  expect(find("fsn1", "2026-03-31")).toBe("4");
  expect(find("nbg1")).toBe("4");
});

test("the tiers of a price are those of its own list, smallest quantity first; one price is found without them", () => {
  const prices = [
    price("aws/internet-traffic/out/*", "0.05", { id: "c", from: "153600", observedAt: "2026-09-01" }),
    price("aws/internet-traffic/out/*", "0.085", { id: "b", from: "10240", observedAt: "2026-09-01" }),
    price("aws/internet-traffic/out/*", "0.09", { id: "a", observedAt: "2026-09-01" }),
    price("aws/internet-traffic/out/*", "0.08", { id: "old", from: "40960", observedAt: "2026-01-01" }),
  ];
  const query = { provider: "aws", kind: "internet-traffic", item: "out", region: "eu-north-1" } as const;
  const catalogue = catalogueOf(prices, TODAY);
  expect(catalogue.find(query)?.id).toBe("a");
  expect(catalogue.tiers(query).map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(catalogue.tiers({ ...query, item: "in" })).toEqual([]);
});
