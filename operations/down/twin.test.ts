import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Properties } from "../../sandbox/twin/protocol/values.ts";
import { readWorld } from "../../sandbox/twin/world/reader.ts";
import { World } from "../../sandbox/twin/world/world.ts";
import { sweep } from "./sweep.ts";
import { twinInventories } from "./twin.ts";

/** What a controller of the cluster made by itself: no resource owns it. */
function worldOf(
  things: readonly { readonly type: string; readonly id: string; readonly inputs: Properties }[],
): string {
  const marker = mkdtempSync(path.join(tmpdir(), "splitfleet-down-"));
  onTestFinished(() => rmSync(marker, { recursive: true }));
  const world = new World(marker, { now: () => new Date("2026-11-21T12:00:00Z") });
  for (const { type, id, inputs } of things) {
    const createdAt = world.now().toISOString();
    world.put("create", {
      package: type.split(":")[0] ?? "",
      type,
      id,
      urn: "",
      inputs,
      facts: {},
      revision: 1,
      createdAt,
    });
  }
  return marker;
}
const OWNER = "splitfleet/environment";
const VOLUME = "hcloud:index/volume:Volume";

test("sweeps the volumes and instances that controllers made with the label, and leaves those without", async () => {
  const marker = worldOf([
    { type: VOLUME, id: "9000000001", inputs: { name: "pvc-1", labels: { [OWNER]: "factory" } } },
    { type: VOLUME, id: "9000000002", inputs: { name: "pvc-2", labels: {} } },
    { type: VOLUME, id: "9000000003", inputs: { name: "pvc-3", labels: { [OWNER]: "production" } } },
    { type: "aws:ec2/instance:Instance", id: "twin-i-1", inputs: { tags: { [OWNER]: "factory" } } },
    {
      type: "aws:autoscaling/group:Group",
      id: "twin-asg-1",
      inputs: { name: "burst", tags: [{ key: OWNER, value: "factory", propagateAtLaunch: true }] },
    },
  ]);
  const report = await sweep(twinInventories(marker), { environment: "factory" });
  expect(report.removed.map(({ kind, id }) => [kind, id])).toEqual([
    ["Group", "twin-asg-1"],
    ["Instance", "twin-i-1"],
    ["Volume", "9000000001"],
  ]);
  expect(report.left.map(({ id, refused, why }) => [id, refused, why])).toEqual([
    ["9000000002", false, "says no splitfleet/environment"],
    ["9000000003", false, "belongs to production"],
  ]);
  expect(readWorld(marker).map(({ id }) => id)).toEqual(["9000000002", "9000000003"]);
});

test("leaves a Capacity Block, which is paid for, and says why", async () => {
  const type = "aws:ec2/capacityBlockReservation:CapacityBlockReservation";
  const marker = worldOf([{ type, id: "twin-cr-1", inputs: { tags: { [OWNER]: "factory" } } }]);
  const report = await sweep(twinInventories(marker), { environment: "factory" });
  expect(report.removed).toEqual([]);
  expect(report.left).toMatchObject([
    { id: "twin-cr-1", refused: false, why: "it is paid up front and can not be given back" },
  ]);
  expect(readWorld(marker).map(({ id }) => id)).toEqual(["twin-cr-1"]);
});
