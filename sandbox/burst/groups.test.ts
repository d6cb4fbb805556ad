import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { GROUP, INSTANCE, SCHEDULE, SUBNET } from "../twin/kinds/aws/common.ts";
import { packages } from "../twin/packages.ts";
import type { Properties } from "../twin/protocol/values.ts";
import { World } from "../twin/world/world.ts";
import { change, fill, groupsOf, instancesOf, launch, setDesired, surplus } from "./groups.ts";

let marker: string;
let world: World;
let number = 0;
beforeEach(() => {
  marker = mkdtempSync(path.join(tmpdir(), "splitfleet-burst-"));
  number = 0;
  const random = (): Uint8Array => Buffer.from(String((number += 1)).padStart(16, "0"), "hex");
  world = new World(marker, { now: () => new Date("2026-11-01T12:00:00Z"), random });
  for (const [zone, range] of [["a", "10.20.0.0/20"] as const, ["b", "10.20.16.0/20"] as const]) {
    put(SUBNET, `subnet-${zone}`, { availabilityZone: `eu-north-1${zone}`, cidrBlock: range });
  }
  put(GROUP, "asg-1", {
    name: "gpu",
    minSize: 0,
    maxSize: 3,
    vpcZoneIdentifiers: ["subnet-a", "subnet-b"],
    mixedInstancesPolicy: { launchTemplate: { overrides: [{ instanceType: "p5.48xlarge" }, { instanceType: "p5e" }] } },
    tags: [
      { key: "splitfleet/pool", value: "burst", propagateAtLaunch: true },
      { key: "k8s.io/cluster-autoscaler/enabled", value: "true", propagateAtLaunch: false },
    ],
  });
});
afterEach(() => rmSync(marker, { recursive: true }));

function put(type: string, id: string, inputs: Properties): void {
  world.put("create", { package: "aws", type, id, urn: id, inputs, facts: {}, revision: 1, createdAt: "2026-11-01" });
}

function group() {
  const [only] = groupsOf(world);
  if (only === undefined) throw new Error("the world has no group");
  return only;
}

test("a group is what the program has made of it", () => {
  const { object: _, ...rest } = group();
  expect(rest).toEqual({
    name: "gpu",
    minimum: 0,
    maximum: 3,
    desired: 0,
    tags: { "splitfleet/pool": "burst", "k8s.io/cluster-autoscaler/enabled": "true" },
    instanceType: "p5.48xlarge",
    subnets: [
      { id: "subnet-a", zone: "eu-north-1a", range: "10.20.0.0/20" },
      { id: "subnet-b", zone: "eu-north-1b", range: "10.20.16.0/20" },
    ],
  });
});

test("the desired size that Cluster Autoscaler sets is a fact of the world", () => {
  setDesired(world, group(), 2);
  expect(group().desired).toBe(2);
  expect(new World(marker).objects("aws").get("asg-1")?.facts).toEqual({ desiredCapacity: 2 });
});

test("instances come in each zone in turn, with addresses and the tags that the group passes on", () => {
  for (let index = 0; index < 3; index++) launch(world, group());
  expect(
    instancesOf(world).map(({ zone, privateAddress, state, pool }) => [zone, privateAddress, state, pool]),
  ).toEqual([
    ["eu-north-1a", "10.20.0.11", "pending", "burst"],
    ["eu-north-1b", "10.20.16.11", "pending", "burst"],
    ["eu-north-1a", "10.20.0.12", "pending", "burst"],
  ]);
  const [first] = instancesOf(world);
  expect(first?.object).toMatchObject({
    id: "twin-i-00000000000000001",
    urn: "",
    inputs: { instanceType: "p5.48xlarge", tags: { "aws:autoscaling:groupName": "gpu", "splitfleet/pool": "burst" } },
  });
});

test("a notice says when the instance ends", () => {
  launch(world, group());
  const [instance] = instancesOf(world);
  if (instance === undefined) throw new Error("nothing was launched");
  change(world, instance, { instanceState: "running", spotInterruptionTime: "2026-11-01T12:02:00.000Z" });
  expect(instancesOf(world).map(({ state, interruption }) => [state, interruption?.toISOString()])).toEqual([
    ["running", "2026-11-01T12:02:00.000Z"],
  ]);
});

test("a group takes its instances along", () => {
  launch(world, group());
  const cascade = packages.get("aws")?.kinds[GROUP]?.cascade?.(group().object, world);
  expect(cascade?.map(({ type }) => type)).toEqual([INSTANCE]);
});

test("a group that a schedule has closed has its nodes to end, and launches none", () => {
  launch(world, group());
  setDesired(world, group(), 1);
  const action = { autoscalingGroupName: "gpu", scheduledActionName: "end", minSize: 0, maxSize: 0 };
  put(SCHEDULE, "schedule-1", { ...action, startTime: "2026-11-01T11:00:00Z" });
  const closed = group();
  expect([closed.maximum, closed.desired]).toEqual([0, 0]);
  expect(surplus(world, closed).map(({ group: name }) => name)).toEqual(["gpu"]);
  for (const instance of surplus(world, closed)) {
    change(world, instance, { spotInterruptionTime: "2026-11-01T12:02:00.000Z" });
  }
  expect(surplus(world, closed)).toEqual([]);
  fill(world, closed);
  expect(instancesOf(world)).toHaveLength(1);
});

test("a group without a subnet is named", () => {
  put(GROUP, "asg-2", { name: "nowhere", minSize: 0, maxSize: 1 });
  const nowhere = groupsOf(world).find(({ name }) => name === "nowhere");
  expect(() => nowhere && launch(world, nowhere)).toThrow(
    "the Auto Scaling group nowhere has no subnet to launch an instance in",
  );
});

test("a group that wants more than the account's quota stays below its desired size, and grows when it is raised", () => {
  const faults = path.join(world.marker, "faults.json");
  writeFileSync(faults, JSON.stringify({ quotas: { spotInstances: 1 } }));
  setDesired(world, group(), 2);
  fill(world, group());
  expect(instancesOf(world)).toHaveLength(1);
  rmSync(faults);
  fill(world, group());
  expect(instancesOf(world)).toHaveLength(2);
});
