import { Decimal } from "decimal.js";
import { expect, test } from "vitest";
import type { Cost } from "../../../policies/cost.ts";
import type { Row } from "../../../policies/row.ts";
import { loadCatalogue } from "../catalogue/load.ts";
import { byLabel, estimate } from "../estimate.ts";
import { awsIn, row, seeded, server } from "../testing.ts";

// What must hold for any fleet by the built-in catalogue: generated fleets of every type and place that it prices.

const TODAY = "2026-11-21";
const catalogue = loadCatalogue({ today: TODAY });
const SERVERS = catalogue.prices.filter(({ kind }) => kind === "server");
const VOLUME_REGIONS = ["fsn1", "nbg1", "hel1", "ash", "hil", "sin"];

interface Fleet {
  readonly servers: readonly { readonly type: string; readonly location: string; readonly backups: boolean }[];
  readonly volumes: readonly { readonly location: string; readonly size: number }[];
  readonly burst: { readonly maximum: number; readonly hours: number; readonly disk: number };
}

const FLEETS = Array.from({ length: 40 }, (_, seed): Fleet => {
  const random = seeded(seed);
  const upTo = (most: number): number => Math.floor(random() * (most + 1));
  const maximum = 1 + upTo(5);
  return {
    servers: Array.from({ length: upTo(10) }, () => {
      const { item = "cpx42", region = "fsn1" } = SERVERS[upTo(SERVERS.length - 1)] ?? {};
      return { type: item, location: region, backups: random() < 0.5 };
    }),
    volumes: Array.from({ length: upTo(4) }, () => ({
      location: VOLUME_REGIONS[upTo(5)] ?? "fsn1",
      size: 10 + upTo(1000),
    })),
    burst: { maximum, hours: upTo(maximum * 730), disk: 50 + upTo(500) },
  };
});

const team = (index: number) => ({ labels: { team: index % 2 === 0 ? "research" : "support" } });

function rowsOf({ servers, volumes, burst }: Fleet): Row[] {
  const overrides = [{ instanceType: "p5.48xlarge" }];
  const distribution = { onDemandBaseCapacity: 0, onDemandPercentageAboveBaseCapacity: 0 };
  const policy = { launchTemplate: { overrides }, instancesDistribution: distribution };
  const disks = [{ ebs: { volumeSize: burst.disk, volumeType: "gp3" } }];
  return [
    awsIn("eu-north-1"),
    ...servers.map(({ type, location, backups }, i) =>
      server(`node-${i}`, { serverType: type, location, backups, publicNets: [{ ipv4Enabled: true }] }, team(i)),
    ),
    ...volumes.map((inputs, i) => row("hcloud:index/volume:Volume", `data-${i}`, inputs, team(i))),
    row(
      "aws:autoscaling/group:Group",
      "burst",
      { minSize: 0, maxSize: burst.maximum, mixedInstancesPolicy: policy },
      { above: "pool", labels: { pool: "burst", team: "research" } },
    ),
    row("aws:ec2/launchTemplate:LaunchTemplate", "template", { blockDeviceMappings: disks }, { above: "pool" }),
  ];
}

function costOf(fleet: Fleet): Cost {
  const usage = { pools: { burst: { nodeHoursPerMonth: fleet.burst.hours } } };
  const { cost, findings } = estimate(rowsOf(fleet), { catalogue, usage, today: TODAY });
  expect(findings.filter(({ level }) => level === "mandatory")).toEqual([]);
  return cost;
}

const BURNS = ["expected", "worst"] as const;
const PERIODS = ["hourly", "monthly"] as const;
const atLeast = (a: string, b: string): boolean => new Decimal(a).greaterThanOrEqualTo(b);

test("the teams of a fleet sum to the fleet", () => {
  for (const cost of FLEETS.map(costOf)) {
    for (const burn of BURNS) {
      for (const period of PERIODS) {
        const shares = byLabel(cost, "team").map((share) => share[burn][period]);
        expect(Decimal.sum(0, ...shares).toFixed()).toBe(new Decimal(cost[burn][period]).toFixed());
      }
    }
  }
});

test("the worst burn is at least the expected one", () => {
  for (const { expected, worst, items } of FLEETS.map(costOf)) {
    for (const part of [{ expected, worst }, ...items]) {
      for (const period of PERIODS) expect(atLeast(part.worst[period], part.expected[period])).toBe(true);
    }
  }
});

test.each<[string, (fleet: Fleet) => Fleet]>([
  [
    "a server more",
    ({ servers, ...rest }) => ({ ...rest, servers: [...servers, { type: "cx23", location: "fsn1", backups: false }] }),
  ],
  [
    "larger volumes",
    ({ volumes, ...fleet }) => ({ ...fleet, volumes: volumes.map((each) => ({ ...each, size: each.size + 1 })) }),
  ],
  ["a larger maximum", ({ burst, ...fleet }) => ({ ...fleet, burst: { ...burst, maximum: burst.maximum + 1 } })],
  ["a larger disk", ({ burst, ...fleet }) => ({ ...fleet, burst: { ...burst, disk: burst.disk + 1 } })],
  [
    "an hour more",
    ({ burst, ...fleet }) => ({ ...fleet, burst: { ...burst, hours: Math.min(burst.hours + 1, burst.maximum * 730) } }),
  ],
])("%s never costs less", (_, grow) => {
  for (const fleet of FLEETS) {
    const [before, after] = [costOf(fleet), costOf(grow(fleet))];
    for (const burn of BURNS) {
      for (const period of PERIODS) expect(atLeast(after[burn][period], before[burn][period])).toBe(true);
    }
  }
});
