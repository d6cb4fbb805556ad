import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SCHEDULE } from "../twin/kinds/aws/common.ts";
import type { Properties } from "../twin/protocol/values.ts";
import { World } from "../twin/world/world.ts";
import { boundsNow } from "./schedule.ts";

const STATED = { minimum: 0, maximum: 3 };
const CLOSED = { minimum: 0, maximum: 0 };

let marker: string;
let now: string;
let world: World;
beforeEach(() => {
  marker = mkdtempSync(path.join(tmpdir(), "splitfleet-schedule-"));
  now = "2026-11-01T00:00:00Z";
  world = new World(marker, { now: () => new Date(now) });
});
afterEach(() => rmSync(marker, { recursive: true }));

function put(id: string, inputs: Properties, createdAt = "2026-11-01T00:00:00Z"): void {
  const own = { autoscalingGroupName: "gpu", scheduledActionName: id, minSize: 0, maxSize: 0, desiredCapacity: 0 };
  const object = { package: "aws", type: SCHEDULE, id, urn: id, facts: {}, revision: 1, createdAt };
  world.put("create", { ...object, inputs: { ...own, ...inputs } });
}

/** Eight to eight on working days in Berlin. */
function putHours(createdAt?: string, more: Properties = {}): void {
  const at = { timeZone: "Europe/Berlin", ...more };
  put("open", { ...at, recurrence: "0 8 * * 1,2,3,4,5", maxSize: 3, desiredCapacity: -1 }, createdAt);
  put("close", { ...at, recurrence: "30 20 * * 1,2,3,4,5" }, createdAt);
}

const boundsAt = (moment: string): unknown => {
  now = moment;
  return boundsNow(world, "gpu", STATED);
};

test("a group without a schedule is as the program says, whatever others have", () => {
  put("end", { autoscalingGroupName: "other", startTime: "2026-11-02T00:00:00Z" });
  expect(boundsAt("2026-11-20T12:00:00Z")).toEqual(STATED);
});

test.each([
  ["Friday before eight", "2026-11-20T06:59:00Z", CLOSED],
  ["Friday at eight", "2026-11-20T07:00:00Z", STATED],
  ["Friday before half past eight at night", "2026-11-20T19:29:00Z", STATED],
  ["Friday at half past eight at night", "2026-11-20T19:30:00Z", CLOSED],
  ["Sunday", "2026-11-22T12:00:00Z", CLOSED],
  ["Monday", "2026-11-23T12:00:00Z", STATED],
])("on %s in Berlin", (_, moment, expected) => {
  putHours();
  expect(boundsAt(moment)).toEqual(expected);
});

test("an action does not act for a time before it was made", () => {
  putHours("2026-11-20T22:00:00Z");
  expect(boundsAt("2026-11-20T23:00:00Z")).toEqual(STATED);
  expect(boundsAt("2026-11-23T20:00:00Z")).toEqual(CLOSED);
});

test("after its last day a group stays closed, also in its hours", () => {
  const end = "2026-11-25T00:00:00Z";
  putHours("2026-11-01T00:00:00Z", { endTime: end });
  put("end", { startTime: end });
  expect(boundsAt("2026-11-24T12:00:00Z")).toEqual(STATED);
  expect(boundsAt("2026-11-25T12:00:00Z")).toEqual(CLOSED);
  expect(boundsAt("2026-11-26T12:00:00Z")).toEqual(CLOSED);
});
