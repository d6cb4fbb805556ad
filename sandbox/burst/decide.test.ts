import type { V1Pod } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import { type Candidate, growthFor } from "./decide.ts";

const group = (name: string, gpus: number, room: number, upcoming: Candidate["free"] = []): Candidate => ({
  name,
  template: { labels: { pool: name }, taints: [], resources: roomFor(gpus) },
  room,
  free: upcoming,
});
const roomFor = (gpus: number) => ({ pods: 110, cpu: 192, "nvidia.com/gpu": gpus });
const pods = (number: number, gpus: number, pool?: string): V1Pod[] =>
  Array.from({ length: number }, () => ({
    spec: {
      containers: [{ name: "main", resources: { requests: { "nvidia.com/gpu": String(gpus) } } }],
      ...(pool === undefined ? {} : { nodeSelector: { pool } }),
    },
  }));
const growth = (asked: V1Pod[], ...groups: Candidate[]) => Object.fromEntries(growthFor(asked, groups));

test("one node for all the pods that fit on it", () => {
  expect(growth(pods(4, 2), group("burst", 8, 3))).toEqual({ burst: 1 });
  expect(growth(pods(5, 2), group("burst", 8, 3))).toEqual({ burst: 2 });
});

test("never more than the group may still take", () => {
  expect(growth(pods(9, 8), group("burst", 8, 3))).toEqual({ burst: 3 });
  expect(growth(pods(1, 8), group("burst", 8, 0))).toEqual({});
});

test("no node for a pod that a node is already coming for", () => {
  expect(growth(pods(1, 8), group("burst", 8, 3, [roomFor(8)]))).toEqual({});
  expect(growth(pods(2, 8), group("burst", 8, 3, [roomFor(8)]))).toEqual({ burst: 1 });
});

test("no node for a pod that a node has room for which only just joined, and which the scheduler has not seen yet", () => {
  expect(growth(pods(1, 2), group("burst", 8, 3, [roomFor(2)]))).toEqual({});
  expect(growth(pods(1, 4), group("burst", 8, 3, [roomFor(2)]))).toEqual({ burst: 1 });
});

test("no node for a pod that its tags say it would not fit", () => {
  expect(growth(pods(1, 9), group("burst", 8, 3))).toEqual({});
  expect(growth(pods(1, 1, "other"), group("burst", 8, 3))).toEqual({});
});

test("of several groups the one with the least to waste, then the next", () => {
  expect(growth(pods(1, 1), group("large", 8, 3), group("small", 1, 3))).toEqual({ small: 1 });
  expect(growth(pods(2, 1), group("large", 8, 3), group("small", 1, 1))).toEqual({ small: 1, large: 1 });
});
