import { describe, expect, test } from "vitest";
import { UNKNOWN, type Row, type Value } from "../../../policies/row.ts";
import { awsIn, catalogue, estimated, lines, price, reported, row } from "../testing.ts";

type Inputs = { readonly [key: string]: Value };

const SPOT = { onDemandBaseCapacity: 0, onDemandPercentageAboveBaseCapacity: 0 };
const DISK = [{ deviceName: "/dev/sda1", ebs: { volumeSize: 200, volumeType: "gp3" } }];
const usage = { pools: { burst: { nodeHoursPerMonth: 48 } } };

const mixed = (distribution: Value, types = ["p5.48xlarge", "p5en.48xlarge"]): Inputs => ({
  mixedInstancesPolicy: {
    launchTemplate: {
      launchTemplateSpecification: { launchTemplateId: UNKNOWN, version: "$Latest" },
      overrides: types.map((instanceType) => ({ instanceType })),
    },
    instancesDistribution: distribution,
  },
});

const group = (inputs: Inputs): Row =>
  row(
    "aws:autoscaling/group:Group",
    "group",
    { minSize: 0, maxSize: 2, ...inputs },
    { above: "pool", labels: { pool: "burst" } },
  );
const template = (inputs: Inputs = {}): Row =>
  row("aws:ec2/launchTemplate:LaunchTemplate", "template", { blockDeviceMappings: DISK, ...inputs }, { above: "pool" });
const subnet = row("aws:ec2/subnet:Subnet", "subnet", { mapPublicIpOnLaunch: true }, { above: "network" });

const burst = (inputs: Inputs): Row[] => [awsIn("eu-north-1"), group(inputs), template(), subnet];

test("a burst pool costs its hours on spot, and at worst its maximum on the dearest type's list price", () => {
  const result = estimated(burst(mixed(SPOT)), { usage });
  expect(lines(result)).toEqual([
    "p5.48xlarge spot in eu-north-1, at worst 2 x p5en.48xlarge on-demand (at 1.25 USD/EUR of 2026-01-01): 0.5560 / 405.89, 108.3628 / 79104.81",
    "200 GB gp3 of each node in eu-north-1 (at 1.25 USD/EUR of 2026-01-01): 0.0012 / 0.88, 0.0366 / 26.75",
    "public IPv4 of each node in eu-north-1 (at 1.25 USD/EUR of 2026-01-01): 0.0003 / 0.19, 0.0080 / 5.84",
  ]);
  expect(result.findings).toEqual([]);
  expect(result.cost.items[0]).toEqual({
    urn: "urn:pulumi:test::splitfleet::aws:autoscaling/group:Group::group",
    label: "p5.48xlarge spot in eu-north-1, at worst 2 x p5en.48xlarge on-demand (at 1.25 USD/EUR of 2026-01-01)",
    price:
      "aws/instance-spot/p5.48xlarge/eu-north-1@2026-01-01, aws/instance-on-demand/p5en.48xlarge/eu-north-1@2026-01-01, exchange/exchange-rate/USD/*@2026-01-01",
    quantity: "48",
    unit: "hour",
    expected: { hourly: "0.5560", monthly: "405.89" },
    worst: { hourly: "108.3628", monthly: "79104.81" },
    labels: { pool: "burst" },
  });
});

describe("how the hours divide", () => {
  // One node all month is 730 h: spot 10.57 x 730 / 1.25 = 6172.88, on-demand 58.8928 x 730 / 1.25 = 34393.40.
  test.each<[string, Inputs, string, string]>([
    ["all spot", mixed(SPOT), "spot", "6172.88"],
    ["AWS's default is on-demand", mixed({}), "on-demand", "34393.40"],
    ["a base of one node", mixed({ ...SPOT, onDemandBaseCapacity: 1 }), "spot and on-demand", "34393.40"],
    ["half above the base", mixed({ onDemandPercentageAboveBaseCapacity: 50 }), "spot and on-demand", "20283.14"],
  ])("%s", (_, inputs, way, monthly) => {
    const [compute] = estimated(burst({ ...inputs, desiredCapacity: 1 })).cost.items;
    expect(compute?.label).toMatch(new RegExp(`^p5.48xlarge ${way} in eu-north-1`));
    expect(compute?.expected.monthly).toBe(monthly);
  });

  test("a group without a policy buys its launch template's type as the template says", () => {
    const rows = (options: Inputs): Row[] => [
      awsIn("eu-north-1"),
      group({ desiredCapacity: 1 }),
      template({ instanceType: "p5.48xlarge", ...options }),
    ];
    const monthly = (options: Inputs): string | undefined => estimated(rows(options)).cost.items[0]?.expected.monthly;
    expect(monthly({})).toBe("34393.40");
    expect(monthly({ instanceMarketOptions: { marketType: "spot" } })).toBe("6172.88");
  });
});

test("without stated hours the desired size runs all month, and without that the minimum", () => {
  const expected = (inputs: Inputs): string | undefined =>
    estimated(burst({ ...mixed(SPOT), ...inputs })).cost.items[0]?.expected.monthly;
  expect(expected({})).toBe("0.00");
  expect(expected({ minSize: 1 })).toBe("6172.88");
  expect(expected({ minSize: 1, desiredCapacity: 2 })).toBe("12345.76");
});

test("more hours than the pool can run are cut and reported", () => {
  const result = estimated(burst(mixed(SPOT)), { usage: { pools: { burst: { nodeHoursPerMonth: 2000 } } } });
  expect(result.cost.items[0]?.quantity).toBe("1460");
  expect(result.findings).toEqual([
    {
      rule: "cost/usage-over-capacity",
      level: "mandatory",
      severity: "medium",
      urn: "urn:pulumi:test::splitfleet::aws:autoscaling/group:Group::group",
      path: "maxSize",
      message: "usage.pools.burst states 2000 node hours, more than the pool can run; 1460 are counted.",
      value: "2",
      limit: "1460 node hours: maxSize x 730",
      fix: "Lower usage.pools.burst.nodeHoursPerMonth or raise the pool's maximum.",
    },
  ]);
});

test("a bid below the spot price is reported, as it would never start a node", () => {
  expect(reported(estimated(burst(mixed({ ...SPOT, spotMaxPrice: "10.5699" })), { usage }))).toEqual([
    "cost/bid-below-spot advisory group mixedInstancesPolicy.instancesDistribution.spotMaxPrice = 10.5699",
  ]);
  expect(reported(estimated(burst(mixed({ ...SPOT, spotMaxPrice: "10.57" })), { usage }))).toEqual([]);
});

test("the launch template decides before the subnets whether a node has a public address", () => {
  const rows = (associate: Value): Row[] => [
    awsIn("eu-north-1"),
    group(mixed(SPOT)),
    template({ networkInterfaces: [{ associatePublicIpAddress: associate }] }),
    subnet,
  ];
  const items = (associate: Value): number => estimated(rows(associate), { usage }).cost.items.length;
  expect(items("true")).toBe(3);
  expect(items("false")).toBe(2);
});

test("an instance type without a price in the region is a finding at its override", () => {
  expect(reported(estimated(burst(mixed(SPOT, ["p5.48xlarge", "p4d.24xlarge"])), { usage }))).toEqual([
    "cost/unknown-price mandatory group mixedInstancesPolicy.launchTemplate.overrides[1].instanceType = p4d.24xlarge",
  ]);
});

test("the spot price counts as the worst where it is above every list price", () => {
  const dear = catalogue(price("aws/instance-spot/p5.48xlarge/eu-north-1", "100"));
  const [compute] = estimated(burst(mixed(SPOT)), { usage, catalogue: dear }).cost.items;
  expect(compute?.worst.hourly).toBe("160.0000");
});

test.each<[string, Row[], string]>([
  [
    "an unknown region",
    [row("pulumi:providers:aws", "aws", { region: UNKNOWN }), group(mixed(SPOT)), template()],
    "cost/undecided-price mandatory group region = ",
  ],
  [
    "an unknown maximum",
    burst({ ...mixed(SPOT), maxSize: UNKNOWN }),
    "cost/undecided-price mandatory group maxSize = [unknown]",
  ],
  [
    "no launch template in sight",
    [awsIn("eu-north-1"), group(mixed(SPOT))],
    'cost/undecided-price mandatory group mixedInstancesPolicy.launchTemplate = {"launchTemplateSpecification":{"launchTemplateId":"[unknown]","version":"$Latest"},"overrides":[{"instanceType":"p5.48xlarge"},{"instanceType":"p5en.48xlarge"}]}',
  ],
  [
    "a disk that the image decides",
    [awsIn("eu-north-1"), group(mixed(SPOT)), template({ blockDeviceMappings: [] })],
    "cost/undecided-price mandatory template blockDeviceMappings = []",
  ],
  [
    "a disk of unknown size",
    [
      awsIn("eu-north-1"),
      group(mixed(SPOT)),
      template({ blockDeviceMappings: [{ ebs: { volumeSize: UNKNOWN, volumeType: "gp3" } }] }),
    ],
    "cost/undecided-price mandatory template blockDeviceMappings[0].ebs.volumeSize = [unknown]",
  ],
  [
    "weights",
    burst({
      mixedInstancesPolicy: {
        launchTemplate: { overrides: [{ instanceType: "p5.48xlarge", weightedCapacity: "8" }] },
        instancesDistribution: SPOT,
      },
    }),
    "cost/undecided-price mandatory group mixedInstancesPolicy.launchTemplate.overrides[0].weightedCapacity = 8",
  ],
])("%s is a finding", (_, rows, finding) => {
  expect(reported(estimated(rows, { usage }))).toEqual([finding]);
});
