import { expect, test } from "vitest";
import { Decimal } from "decimal.js";
import type { Burn } from "../../policies/cost.ts";
import { UNKNOWN, type Row } from "../../policies/row.ts";
import type { Price } from "./catalogue/schema.ts";
import { byLabel } from "./estimate.ts";
import { awsIn, catalogue, estimated, lines, price, reported, row, seeded, server } from "./testing.ts";

const POOLS = ["operations", "inference", "burst", "workshop"] as const;
const TEAMS = ["research", "support", "platform"] as const;

interface Node {
  readonly type: string;
  readonly backups: boolean;
  readonly pool: string;
  readonly team?: string;
}

/** What a generated fleet is made of. */
interface Shape {
  readonly servers: readonly Node[];
  readonly volumeGigabytes: number;
  readonly maximum: number;
  readonly hours: number;
  readonly capexEuros: number;
}

const SHAPES = Array.from({ length: 50 }, (_, seed): Shape => {
  const random = seeded(seed);
  const upTo = (most: number): number => Math.floor(random() * (most + 1));
  const maximum = 1 + upTo(7);
  return {
    servers: Array.from({ length: upTo(12) }, () => ({
      type: random() < 0.5 ? "cpx42" : "cpx32",
      backups: random() < 0.3,
      pool: POOLS[upTo(1)] ?? "operations",
      team: TEAMS[upTo(2)] ?? "research",
    })),
    volumeGigabytes: 10 + upTo(990),
    maximum,
    hours: upTo(maximum * 730),
    capexEuros: 100 + upTo(20_000),
  };
});

function rowsOf({ servers, volumeGigabytes, maximum, capexEuros }: Shape): Row[] {
  const overrides = [{ instanceType: "p5.48xlarge" }, { instanceType: "p5en.48xlarge" }];
  const instancesDistribution = { onDemandBaseCapacity: 0, onDemandPercentageAboveBaseCapacity: 0 };
  const policy = { launchTemplate: { overrides }, instancesDistribution };
  const blockDeviceMappings = [{ ebs: { volumeSize: 200, volumeType: "gp3" } }];
  const economics = {
    capexEuros,
    lifetimeMonths: 36,
    watts: 350,
    eurosPerKwh: 0.25,
    labourHoursPerMonth: 1,
    labourEurosPerHour: 60,
  };
  return [
    awsIn("eu-north-1"),
    ...servers.map(({ type, backups, pool, team }, i) =>
      server(`node-${i}`, { serverType: type, backups }, { labels: { pool, ...(team === undefined ? {} : { team }) } }),
    ),
    row(
      "hcloud:index/volume:Volume",
      "data",
      { size: volumeGigabytes, location: "fsn1" },
      { labels: { pool: "operations" } },
    ),
    row(
      "aws:autoscaling/group:Group",
      "burst",
      { minSize: 0, maxSize: maximum, mixedInstancesPolicy: policy },
      { above: "pool", labels: { pool: "burst" } },
    ),
    row("aws:ec2/launchTemplate:LaunchTemplate", "template", { blockDeviceMappings }, { above: "pool" }),
    row("splitfleet:compute:OnpremNode", "workshop-a", economics, { labels: { pool: "workshop" } }),
    row("kubernetes:core/v1:Namespace", "free", {}),
  ];
}

const priced = (shape: Shape, prices = catalogue()): ReturnType<typeof estimated> =>
  estimated(rowsOf(shape), { usage: { pools: { burst: { nodeHoursPerMonth: shape.hours } } }, catalogue: prices });
const burns = (shape: Shape): Burn[] => {
  const { expected, worst } = priced(shape).cost;
  return [expected, worst];
};
const notBelow = (a: string, b: string): boolean => new Decimal(a).greaterThanOrEqualTo(b);

test.each(SHAPES.map((shape, seed) => ({ seed, shape })))(
  "fleet $seed has a price for everything, and its parts, pools and teams add up",
  ({ shape }) => {
    const { cost, findings } = priced(shape);
    expect(findings).toEqual([]);
    for (const burn of ["expected", "worst"] as const) {
      for (const part of ["hourly", "monthly"] as const) {
        const total = new Decimal(cost[burn][part]);
        expect(Decimal.sum(0, ...cost.items.map((item) => item[burn][part])).equals(total)).toBe(true);
        for (const label of ["pool", "team"]) {
          expect(Decimal.sum(0, ...byLabel(cost, label).map((share) => share[burn][part])).equals(total)).toBe(true);
        }
      }
    }
  },
);

test("the worst burn is never below the expected one, in no item", () => {
  for (const { cost } of SHAPES.map((shape) => priced(shape))) {
    const below = [cost, ...cost.items].filter(
      ({ expected, worst }) => !notBelow(worst.hourly, expected.hourly) || !notBelow(worst.monthly, expected.monthly),
    );
    expect(below).toEqual([]);
  }
});

test.each<[string, (shape: Shape) => Shape]>([
  [
    "a server more",
    (shape) => ({ ...shape, servers: [...shape.servers, { type: "cpx32", backups: false, pool: "inference" }] }),
  ],
  ["backups", (shape) => ({ ...shape, servers: shape.servers.map((node) => ({ ...node, backups: true })) })],
  ["a larger volume", (shape) => ({ ...shape, volumeGigabytes: shape.volumeGigabytes + 1 })],
  ["a larger maximum", (shape) => ({ ...shape, maximum: shape.maximum + 1 })],
  ["more hours", (shape) => ({ ...shape, hours: Math.min(shape.hours + 1, shape.maximum * 730) })],
  ["a dearer machine", (shape) => ({ ...shape, capexEuros: shape.capexEuros + 1 })],
])("%s never lowers the cost", (_, grow) => {
  for (const shape of SHAPES) {
    const before = burns(shape);
    const after = burns(grow(shape));
    expect(
      after.map(
        ({ hourly, monthly }, i) =>
          notBelow(hourly, before[i]?.hourly ?? "") && notBelow(monthly, before[i]?.monthly ?? ""),
      ),
    ).toEqual([true, true]);
  }
});

test("a euro worth twice the dollars halves what is billed in dollars, to the cent, and nothing else", () => {
  const dearEuro = catalogue(price("exchange/exchange-rate/USD/*", "2.50"));
  for (const shape of SHAPES) {
    const [before, after] = [priced(shape).cost.items, priced(shape, dearEuro).cost.items];
    for (const [i, item] of before.entries()) {
      const factor = item.price.includes("exchange/") ? 2 : 1;
      const error = new Decimal(after[i]?.worst.monthly ?? 0).times(factor).minus(item.worst.monthly).abs();
      expect(error.lessThanOrEqualTo(factor === 2 ? "0.015" : "0")).toBe(true);
    }
  }
});

test("the order of the rows does not matter", () => {
  for (const [seed, shape] of SHAPES.entries()) {
    const usage = { pools: { burst: { nodeHoursPerMonth: shape.hours } } };
    const rows = rowsOf(shape);
    const random = seeded(seed);
    const shuffled = rows
      .map((each) => ({ each, at: random() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ each }) => each);
    expect(estimated(shuffled, { usage })).toEqual(estimated(rows, { usage }));
  }
});

test("cost is split by a label, dearest first, with what carries none", () => {
  const { cost } = estimated([
    server("a", {}, { labels: { pool: "small" } }),
    server("b", {}, { labels: { pool: "large" } }),
    server("c", {}, { labels: { pool: "large" } }),
    server("d", { serverType: "cpx32" }),
  ]);
  expect(byLabel(cost, "pool")).toEqual([
    {
      value: "large",
      expected: { hourly: "0.2228", monthly: "138.98" },
      worst: { hourly: "0.2228", monthly: "138.98" },
    },
    { value: "small", expected: { hourly: "0.1114", monthly: "69.49" }, worst: { hourly: "0.1114", monthly: "69.49" } },
    { value: "", expected: { hourly: "0.0569", monthly: "35.49" }, worst: { hourly: "0.0569", monthly: "35.49" } },
  ]);
});

test("a type that nobody priced nor called free is a finding", () => {
  expect(estimated([row("aws:rds/instance:Instance", "db", {})]).findings).toEqual([
    {
      rule: "cost/no-price",
      level: "mandatory",
      severity: "high",
      urn: "urn:pulumi:test::splitfleet::aws:rds/instance:Instance::db",
      path: "",
      message: "Nothing says what a aws:rds/instance:Instance costs, so db can not be priced.",
      value: "",
      limit: "a pricer, or an entry in free-types.json with a reason",
      fix: "Add a pricer to plan/pricing/pricers, or list the type in free-types.json there if it bills nothing.",
    },
  ]);
});

test("components and free types cost nothing and say nothing", () => {
  const rows = [
    row("splitfleet:compute:HetznerPool", "inference", {}),
    row("pulumi:pulumi:Stack", "splitfleet-test", {}),
    row("aws:iam/role:Role", "node", {}),
    row("hcloud:index/network:Network", "private", {}),
    row("tailscale:index/tailnetKey:TailnetKey", "join", {}),
    row("vault:index/mount:Mount", "kv", { path: UNKNOWN }),
  ];
  expect(reported(estimated(rows))).toEqual([]);
  expect(lines(estimated(rows))).toEqual([]);
});

test("a price past its last day is used, and reported once for all it charges", () => {
  const stale = catalogue(price("hetzner/server/cpx42/fsn1", "0.1114", { validUntil: "2026-11-20" }));
  const result = estimated([server("b"), server("a")], { catalogue: stale });
  expect(result.cost.expected.hourly).toBe("0.2228");
  expect(result.findings).toEqual([
    {
      rule: "cost/stale-price",
      level: "advisory",
      severity: "low",
      urn: "urn:pulumi:test::splitfleet::hcloud:index/server:Server::a",
      path: "",
      message: "The price hetzner/server/cpx42/fsn1 is out of date; 2 resources are charged by it.",
      value: "observed on 2026-01-01, valid until 2026-11-20",
      limit: "valid on 2026-11-21",
      fix: "Read the price again and add a row with its new date. Source: a figure made for tests.",
    },
  ]);
});

test("a stale exchange rate is reported too", () => {
  const stale = catalogue(price("exchange/exchange-rate/USD/*", "1.25", { validUntil: "2026-11-20" }));
  const rows = [awsIn("eu-north-1"), row("aws:ec2/eip:Eip", "address", {})];
  expect(estimated(rows, { catalogue: stale }).findings.map(({ message }) => message)).toEqual([
    "The price exchange/exchange-rate/USD/* is out of date; 1 resource is charged by it.",
  ]);
});

test("a currency in which everything is ten times as much makes the estimate ten times as much, to the cent", () => {
  const tenfold = catalogue(
    ...catalogue().prices.map((each): Price => {
      if (each.kind === "backup" || each.kind === "exchange-rate") return each;
      const times = (amount: string): string => new Decimal(amount).times(10).toFixed();
      return { ...each, amount: times(each.amount), ...(each.monthlyCap && { monthlyCap: times(each.monthlyCap) }) };
    }),
  );
  for (const shape of SHAPES) {
    const billed = (prices = catalogue()): string[] =>
      priced(shape, prices)
        .cost.items.filter(({ price: id }) => id.includes("/"))
        .map(({ worst }) => worst.monthly);
    const after = billed(tenfold);
    const errors = billed().map((amount, i) =>
      new Decimal(amount)
        .times(10)
        .minus(after[i] ?? 0)
        .abs(),
    );
    expect(errors.filter((error) => error.greaterThan("0.055"))).toEqual([]);
  }
});

test("a type that could not be ordered is reported once for what is to come, not for what exists", () => {
  const gone = catalogue(price("hetzner/server/cpx42/fsn1", "0.1114", { orderable: false }));
  const [first, second, third] = [server("a"), server("b"), server("c")];
  const orderedOn = new Map([[first.urn, "2026-02-01"]]);
  expect(estimated([first, second, third], { catalogue: gone, orderedOn }).findings).toEqual([
    {
      rule: "cost/not-orderable",
      level: "advisory",
      severity: "medium",
      urn: second.urn,
      path: "",
      message: "2 resources may not come up: cpx42 could not be ordered in fsn1.",
      value: "not orderable on 2026-01-01",
      limit: "a type that can be ordered",
      fix: "Run `npm run resolve`, which takes the first orderable type of the pool's list, or `npm run prices -- refresh`.",
    },
  ]);
  expect(estimated([first], { catalogue: gone, orderedOn }).findings).toEqual([]);
});
