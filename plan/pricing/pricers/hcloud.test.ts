import { expect, test } from "vitest";
import { UNKNOWN } from "../../../policies/row.ts";
import { catalogue, estimated, lines, price, reported, row, server } from "../testing.ts";

test("a server costs its hourly price, and at most its monthly cap", () => {
  const result = estimated([server("a", {}, { labels: { pool: "inference", team: "assistants" } })]);
  expect(result).toEqual({
    cost: {
      currency: "EUR",
      expected: { hourly: "0.1114", monthly: "69.49" },
      worst: { hourly: "0.1114", monthly: "69.49" },
      items: [
        {
          urn: "urn:pulumi:test::splitfleet::hcloud:index/server:Server::a",
          label: "cpx42 in fsn1",
          price: "hetzner/server/cpx42/fsn1@2026-01-01",
          quantity: "730",
          unit: "hour",
          expected: { hourly: "0.1114", monthly: "69.49" },
          worst: { hourly: "0.1114", monthly: "69.49" },
          labels: { pool: "inference", team: "assistants" },
        },
      ],
    },
    findings: [],
  });
});

test("without a cap a server costs 730 hours", () => {
  const uncapped = catalogue(price("hetzner/server/cpx42/fsn1", "0.1114"));
  expect(lines(estimated([server("a")], { catalogue: uncapped }))).toEqual([
    "cpx42 in fsn1: 0.1114 / 81.32, 0.1114 / 81.32",
  ]);
});

test("backups cost a share of the server, on the hour and on the cap", () => {
  expect(lines(estimated([server("a", { backups: true })]))).toEqual([
    "cpx42 in fsn1: 0.1114 / 69.49, 0.1114 / 69.49",
    "backups of cpx42, 20 % of its price: 0.0223 / 13.90, 0.0223 / 13.90",
  ]);
});

test.each([
  ["by default", undefined],
  ["when it is switched on", [{ ipv4Enabled: true, ipv6Enabled: true }]],
])("a server pays for an IPv4 address %s", (_, publicNets) => {
  const { publicNets: _off, ...inputs } = server("a").inputs;
  const rows = [row("hcloud:index/server:Server", "a", publicNets === undefined ? inputs : { ...inputs, publicNets })];
  expect(lines(estimated(rows))).toEqual([
    "cpx42 in fsn1: 0.1114 / 69.49, 0.1114 / 69.49",
    "primary IPv4 in fsn1: 0.0008 / 0.50, 0.0008 / 0.50",
  ]);
});

test("an address that is a resource of its own is billed once", () => {
  const rows = [
    server("a", { publicNets: [{ ipv4Enabled: true, ipv4: UNKNOWN }] }),
    row("hcloud:index/primaryIp:PrimaryIp", "address", { type: "ipv4", location: "fsn1" }),
    row("hcloud:index/primaryIp:PrimaryIp", "free", { type: "ipv6", location: "fsn1" }),
  ];
  expect(lines(estimated(rows))).toEqual([
    "primary IPv4 in fsn1: 0.0008 / 0.50, 0.0008 / 0.50",
    "cpx42 in fsn1: 0.1114 / 69.49, 0.1114 / 69.49",
  ]);
});

test("a volume costs its size, in the location of the servers beside it", () => {
  const rows = [
    server("a", {}, { above: "pool" }),
    row("hcloud:index/volume:Volume", "data", { size: 100, serverId: UNKNOWN }, { above: "pool" }),
  ];
  expect(lines(estimated(rows))).toEqual([
    "cpx42 in fsn1: 0.1114 / 69.49, 0.1114 / 69.49",
    "100 GB volume in fsn1: 0.0078 / 5.72, 0.0078 / 5.72",
  ]);
});

test("a figure that nobody confirmed is used and said to be unconfirmed", () => {
  const rows = [row("hcloud:index/loadBalancer:LoadBalancer", "edge", { loadBalancerType: "lb11", location: "fsn1" })];
  expect(lines(estimated(rows))).toEqual(["lb11 in fsn1: 0.0120 / 7.49, 0.0120 / 7.49"]);
  expect(estimated(rows).findings).toEqual([
    {
      rule: "cost/unverified-price",
      level: "advisory",
      severity: "low",
      urn: "urn:pulumi:test::splitfleet::hcloud:index/loadBalancer:LoadBalancer::edge",
      path: "",
      message: "The price hetzner/load-balancer/lb11/fsn1 is not confirmed; 1 resource is charged by it.",
      value: "0.0120 EUR",
      limit: "a figure from the provider or a dated third party",
      fix: "Confirm it with the provider and change its evidence. Source: a figure made for tests.",
    },
  ]);
});

test("a server keeps the price of the day it was ordered until it is ordered anew", () => {
  const cohorts = catalogue(
    price("hetzner/server/cx33/fsn1", "0.0104", { monthlyCap: "6.49", cohort: "2026-04-01" }),
    price("hetzner/server/cx33/fsn1", "0.0136", { monthlyCap: "8.49", cohort: "2026-06-15" }),
  );
  const rows = [server("a", { serverType: "cx33" })];
  const orderedOn = (day: string) => new Map([[rows[0]?.urn ?? "", day]]);
  expect(lines(estimated(rows, { catalogue: cohorts }))).toEqual(["cx33 in fsn1: 0.0136 / 8.49, 0.0136 / 8.49"]);
  expect(lines(estimated(rows, { catalogue: cohorts, orderedOn: orderedOn("2026-06-14") }))).toEqual([
    "cx33 in fsn1: 0.0104 / 6.49, 0.0104 / 6.49",
  ]);
  const before = estimated(rows, { catalogue: cohorts, orderedOn: orderedOn("2026-03-31") });
  expect(before.findings.map(({ message }) => message)).toEqual([
    "The cost of a is unknown: no price hetzner/server/cx33/fsn1 for an order of 2026-03-31.",
  ]);
});

test("a type that the location does not sell is a finding, never zero", () => {
  expect(estimated([server("a", { serverType: "cpx999" })])).toEqual({
    cost: {
      currency: "EUR",
      expected: { hourly: "0.0000", monthly: "0.00" },
      worst: { hourly: "0.0000", monthly: "0.00" },
      items: [],
    },
    findings: [
      {
        rule: "cost/unknown-price",
        level: "mandatory",
        severity: "high",
        urn: "urn:pulumi:test::splitfleet::hcloud:index/server:Server::a",
        path: "serverType",
        message: "The cost of a is unknown: no price hetzner/server/cpx999/fsn1.",
        value: "cpx999",
        limit: "a dated price for every billed part",
        fix: "Add the price to plan/pricing/catalogue/hetzner.json, or choose a type and region that it lists.",
      },
    ],
  });
});

test.each([
  ["an unknown type", { serverType: UNKNOWN }, "cost/undecided-price mandatory a serverType = [unknown]"],
  ["an unknown location", { location: UNKNOWN }, "cost/undecided-price mandatory a location = [unknown]"],
  ["no location", { location: null }, "cost/undecided-price mandatory a location = "],
  ["unknown networks", { publicNets: UNKNOWN }, "cost/undecided-price mandatory a publicNets = [unknown]"],
  ["unknown backups", { backups: UNKNOWN }, "cost/undecided-price mandatory a backups = [unknown]"],
])("%s leaves the price undecided", (_, inputs, finding) => {
  expect(reported(estimated([server("a", inputs)]))).toEqual([finding]);
});

test("a secret type is not printed", () => {
  const rows = [server("a", { serverType: "hunter2" }, { secretPaths: ["serverType"] })];
  expect(reported(estimated(rows))).toEqual(["cost/unknown-price mandatory a serverType = [secret]"]);
});
