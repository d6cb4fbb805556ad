import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CatalogueError } from "../catalogue/check.ts";
import { BUILT_IN, loadCatalogue } from "../catalogue/load.ts";
import { FeedError } from "./feed.ts";
import { refresh, type RefreshOptions } from "./refresh.ts";

// Answers in the shape that the providers' APIs have, with figures made for tests: cpx42 costs a cent an hour more and
// cpx32 is out of stock. One page of server types has one type.

const TODAY = "2026-11-21";
const TOKEN = "token-for-tests";
const net = (text: string) => ({ net: text, gross: text });
const serverPrice = (location: string, hourly: string, monthly: string) => ({
  location,
  price_hourly: net(hourly),
  price_monthly: net(monthly),
  included_traffic: 21_990_232_555_520,
  price_per_tb_traffic: net("1.0000000000"),
});

const PRICING = {
  pricing: {
    currency: "EUR",
    vat_rate: "19.00",
    image: { price_per_gb_month: net("0.0143000000") },
    volume: { price_per_gb_month: net("0.0572000000") },
    server_backup: { percentage: "20.0000000000" },
    primary_ips: [
      {
        type: "ipv4",
        prices: [{ location: "fsn1", price_hourly: net("0.0008000000"), price_monthly: net("0.5000000000") }],
      },
      {
        type: "ipv6",
        prices: [{ location: "fsn1", price_hourly: net("0.0000000000"), price_monthly: net("0.0000000000") }],
      },
    ],
    server_types: [
      {
        id: 1,
        name: "cpx42",
        prices: [
          serverPrice("fsn1", "0.1214000000", "75.7500000000"),
          serverPrice("nbg1", "0.1114000000", "69.4900000000"),
        ],
      },
      { id: 2, name: "cpx32", prices: [serverPrice("fsn1", "0.0569000000", "35.4900000000")] },
    ],
    load_balancer_types: [{ id: 1, name: "lb11", prices: [serverPrice("fsn1", "0.0120000000", "7.4900000000")] }],
  },
};
const typePage = (name: string, available: boolean, next: number | null) => ({
  server_types: [{ name, locations: ["fsn1", "nbg1"].map((location) => ({ name: location, available })) }],
  meta: { pagination: { next_page: next } },
});

const HEADER = [
  "SKU",
  "TermType",
  "PriceDescription",
  "Unit",
  "PricePerUnit",
  "Currency",
  "Instance Type",
  "Tenancy",
  "Operating System",
  "CapacityStatus",
  "Pre Installed S/W",
  "MarketOption",
];
const offer = (change: Partial<Record<string, string>>): string => {
  const usual = {
    SKU: "SKU1",
    TermType: "OnDemand",
    PriceDescription: 'per "On Demand" Linux, an hour',
    Unit: "Hrs",
    PricePerUnit: "60.0000000000",
    Currency: "USD",
    "Instance Type": "p5.48xlarge",
    Tenancy: "Shared",
    "Operating System": "Linux",
    CapacityStatus: "Used",
    "Pre Installed S/W": "NA",
    MarketOption: "OnDemand",
  };
  return csv(HEADER.map((column) => change[column] ?? usual[column as keyof typeof usual]));
};
const csv = (cells: readonly string[]): string => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",");
const ABOUT = ['"FormatVersion","v1.0"', '"Publication Date","2026-11-20T00:00:00Z"', '"OfferCode","AmazonEC2"'];
const LIST = [
  ...ABOUT,
  csv(HEADER),
  offer({}),
  offer({ SKU: "SKU2", MarketOption: "CapacityBlock", PricePerUnit: "0.0000000000" }),
  offer({ SKU: "SKU3", "Operating System": "Windows", PricePerUnit: "99" }),
  offer({ SKU: "SKU4", TermType: "Reserved", PricePerUnit: "30" }),
  offer({ SKU: "SKU5", "Instance Type": "t3.nano", PricePerUnit: "0.01" }),
].join("\n");

let folder: string;
let server: Server;
let base: URL;
/** Answers by path; a number is a status without a body. */
let answers: Record<string, unknown>;
let authorization: string | undefined;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "splitfleet-refresh-test-"));
  cpSync(BUILT_IN, folder, { recursive: true, filter: (source) => !source.endsWith(".ts") });
  answers = {
    "/v1/pricing": PRICING,
    "/v1/server_types?page=1&per_page=50": typePage("cpx42", true, 2),
    "/v1/server_types?page=2&per_page=50": typePage("cpx32", false, null),
  };
  for (const { provider, kind, region } of loadCatalogue({ today: TODAY }).prices) {
    if (provider === "aws" && kind === "instance-on-demand") {
      answers[`/offers/v1.0/aws/AmazonEC2/current/${region}/index.csv`] = [...ABOUT, csv(HEADER)].join("\n");
    }
  }
  answers["/offers/v1.0/aws/AmazonEC2/current/eu-north-1/index.csv"] = LIST;
  server = createServer(({ url = "", headers }, response) => {
    authorization = headers.authorization;
    const answer = answers[url] ?? 404;
    if (typeof answer === "number") response.writeHead(answer).end();
    else response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const run = (change: Partial<RefreshOptions> = {}) =>
  refresh({
    providers: ["hetzner"],
    today: TODAY,
    endpoints: { hetzner: base, aws: base },
    hetznerToken: TOKEN,
    folder,
    dryRun: false,
    ...change,
  });
const files = (): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), "utf8")]));
const find = (item: string, region: string, orderedOn?: string) =>
  loadCatalogue({ today: TODAY, folders: [folder] }).find({
    provider: "hetzner",
    kind: "server",
    item,
    region,
    orderedOn,
  });

describe("Hetzner's prices", () => {
  test("are written with source and day; a rise is a cohort of its own, so that older orders keep their price", async () => {
    const diff = await run();
    expect(diff.changed.map(({ id, fields }) => [id, fields.map(({ field, after }) => `${field} ${after}`)])).toEqual([
      ["hetzner/server/cpx32/fsn1/2026-06-15", ["orderable false"]],
    ]);
    expect(diff.added.map(({ id, amount }) => `${id} ${amount}`)).toEqual([
      "hetzner/server/cpx42/fsn1/2026-11-21 0.1214",
    ]);
    expect(find("cpx42", "fsn1")).toMatchObject({
      amount: "0.1214",
      monthlyCap: "75.75",
      included: { outboundTiB: "20" },
      orderable: true,
      source: "Hetzner Cloud API, /v1/pricing and /v1/server_types",
      evidence: "provider",
      observedAt: TODAY,
      validUntil: "2027-05-20",
      cohort: TODAY,
    });
    expect(find("cpx42", "fsn1", "2026-07-01")?.amount).toBe("0.1114");
    expect(find("cpx42", "nbg1")).toMatchObject({ amount: "0.1114", observedAt: TODAY, cohort: "2026-06-15" });
    expect(authorization).toBe(`Bearer ${TOKEN}`);
  });

  test("do not change when they are read again, and the file does not grow", async () => {
    await run();
    const once = files();
    expect(await run()).toMatchObject({ changed: [], added: [], removed: [], confirmed: 0 });
    expect(files()).toEqual(once);
  });

  test("are only compared in a dry run", async () => {
    const before = files();
    expect((await run({ dryRun: true })).changed).toHaveLength(1);
    expect(files()).toEqual(before);
  });
});

describe("AWS's prices", () => {
  const onDemand = (item: string, region: string) =>
    loadCatalogue({ today: TODAY, folders: [folder] }).find({
      provider: "aws",
      kind: "instance-on-demand",
      item,
      region,
    });

  test("are those of Linux on demand; Capacity Blocks, reservations and unknown types are left out", async () => {
    const diff = await run({ providers: ["aws"] });
    expect(diff.changed.map(({ id, fields }) => [id, fields])).toEqual([
      [
        "aws/instance-on-demand/p5.48xlarge/eu-north-1",
        [{ field: "amount", before: "58.8928", after: "60", percent: "1.9" }],
      ],
    ]);
    expect(onDemand("p5.48xlarge", "eu-north-1")?.source).toBe("AWS price list, AmazonEC2, index.csv of each region");
    expect(onDemand("p5en.48xlarge", "eu-north-1")?.amount).toBe("67.72672");
  });

  test("on spot are the range over the zones' newest prices and its middle", async () => {
    const at = (zone: string, price: string, time: string, system = "Linux/UNIX") => ({
      AvailabilityZone: zone,
      InstanceType: "p5.48xlarge",
      ProductDescription: system,
      SpotPrice: price,
      Timestamp: time,
    });
    const spotHistory = path.join(folder, "spot.history");
    const list = [
      at("eu-north-1a", "12.000000", "2026-11-20T10:00:00+00:00"),
      at("eu-north-1a", "30.000000", "2026-11-19T10:00:00+00:00"),
      at("eu-north-1b", "14.000000", "2026-11-20T11:00:00+00:00"),
      at("eu-north-1b", "99.000000", "2026-11-20T12:00:00+00:00", "Windows"),
    ];
    writeFileSync(spotHistory, JSON.stringify({ SpotPriceHistory: list }));
    await run({ providers: [], spotHistory });
    const query = { provider: "aws", kind: "instance-spot", item: "p5.48xlarge", region: "eu-north-1" } as const;
    expect(loadCatalogue({ today: TODAY, folders: [folder] }).find(query)).toMatchObject({
      amount: "13",
      low: "12",
      high: "14",
    });
  });
});

describe("nothing is written when", () => {
  test.each<[string, () => Promise<unknown> | void, Partial<RefreshOptions>, RegExp]>([
    ["there is no token", () => undefined, { hetznerToken: undefined }, /^HCLOUD_TOKEN is not set/],
    [
      "the token is refused",
      () => void (answers["/v1/pricing"] = 401),
      {},
      /\/v1\/pricing answered 401; check the token\.$/,
    ],
    ["the answer is no JSON", () => void (answers["/v1/pricing"] = "<html>"), {}, /answered no JSON/],
    [
      "a field is missing",
      () => void (answers["/v1/pricing"] = { pricing: { currency: "EUR" } }),
      {},
      /another shape than expected/,
    ],
    [
      "a later page fails",
      () => void (answers["/v1/server_types?page=2&per_page=50"] = 500),
      {},
      /\/v1\/server_types answered 500\.$/,
    ],
    [
      "AWS fails after Hetzner was read",
      () => void delete answers["/offers/v1.0/aws/AmazonEC2/current/eu-west-2/index.csv"],
      { providers: ["hetzner", "aws"] },
      /eu-west-2\/index\.csv answered 404\.$/,
    ],
    [
      "AWS's list lacks a column",
      () => void (answers["/offers/v1.0/aws/AmazonEC2/current/eu-north-1/index.csv"] = '"SKU","TermType"'),
      { providers: ["aws"] },
      /has no column Unit, Currency, /,
    ],
    ["the spot history is no file", () => undefined, { providers: [], spotHistory: "/no/such/file" }, /ENOENT/],
  ])("%s", async (_, spoil, change, message) => {
    await spoil();
    const before = files();
    await expect(run(change)).rejects.toThrow(FeedError);
    await expect(run(change)).rejects.toThrow(message);
    expect(files()).toEqual(before);
  });

  test("nobody answers", async () => {
    const before = files();
    const silent = new URL("http://127.0.0.1:1");
    await expect(run({ endpoints: { hetzner: silent, aws: silent } })).rejects.toThrow(/can not be reached: /);
    expect(files()).toEqual(before);
  });

  test("a price is in a currency that has no rate", async () => {
    answers["/v1/pricing"] = { pricing: { ...PRICING.pricing, currency: "CHF" } };
    const before = files();
    await expect(run()).rejects.toThrow(CatalogueError);
    expect(files()).toEqual(before);
  });
});
