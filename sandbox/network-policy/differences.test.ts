import { expect, test } from "vitest";
import { portIndex, type Side, type Verdict } from "./analyze.ts";
import { connectionKey, differencesOf, lineOf } from "./differences.ts";
import { type Flow, PROTOCOLS } from "./flow.ts";
import type { Interval } from "./intervals.ts";
import type { End, Peer } from "./peers.ts";

const addresses = (first: number, last: number): End => ({ kind: "addresses", addresses: { first, last } });
const ends: End[] = [
  { kind: "pods", namespace: "team-a", name: "api" },
  { kind: "other-pods", namespace: "team-a" },
  { kind: "look-alike", namespace: "team-a", of: "team-b/web" },
  addresses(0, 9),
  addresses(10, 19),
  addresses(30, 39),
];
const [API, OTHER, LOOK_ALIKE, LOW, NEXT, FAR] = [0, 1, 2, 3, 4, 5] as const;
const peers = ends.map((end): Peer => {
  if (end.kind === "addresses") return { end, address: "", governed: false };
  return { end, address: "", namespace: end.namespace, governed: true };
});
const ports: Interval[] = [
  { first: 1, last: 79 },
  { first: 80, last: 80 },
  { first: 81, last: 65_535 },
];
const TCP_80 = portIndex(1, "TCP");
const EVERY_PORT = ports.flatMap((_, port) => PROTOCOLS.map((protocol) => portIndex(port, protocol)));

const lets = (...allowing: string[]): Side => ({ allowed: true, selecting: allowing, allowing });
const stops = (...selecting: string[]): Side => ({ allowed: false, selecting, allowing: [] });
const unselected = lets();
const verdict = (from: number, to: number, ports: number[], egress: Side, ingress: Side): Verdict => ({
  from,
  to,
  ports,
  egress,
  ingress,
});

const flow: Flow = {
  from: { kind: "namespace", namespace: "team-a" },
  to: { kind: "workload", namespace: "team-a", name: "api" },
  port: 80,
  protocol: "TCP",
  why: "workloads.other needs api",
};
const lines = (verdicts: Verdict[], declared: [string, Flow][] = []) =>
  differencesOf({ verdicts }, peers, ports, new Map(declared)).map(lineOf);

test("a declared connection that passes is no difference", () => {
  const passes = verdict(OTHER, API, [TCP_80], lets("team-a/out"), lets("team-a/in"));
  expect(lines([passes], [[connectionKey(OTHER, API, TCP_80), flow]])).toEqual([]);
});

test("a declared connection that is blocked names the policies of the end that lacks it", () => {
  const blocked = verdict(OTHER, API, [TCP_80], lets("team-a/out"), stops("team-a/default-deny", "team-a/in"));
  expect(lines([blocked], [[connectionKey(OTHER, API, TCP_80), flow]])).toEqual([
    "blocked: other pods of team-a -> team-a/api, 80/TCP: workloads.other needs api;" +
      " none of team-a/default-deny, team-a/in lets it in",
  ]);
});

test("an undeclared connection is open if both ends let it through, and loose if one does", () => {
  expect(
    lines([
      verdict(OTHER, API, [TCP_80], lets("team-a/out"), unselected),
      verdict(API, OTHER, [TCP_80], lets("team-a/out"), stops("team-a/default-deny")),
    ]),
  ).toEqual([
    "loose: team-a/api -> other pods of team-a, 80/TCP: team-a/out lets it out",
    "open: other pods of team-a -> team-a/api, 80/TCP: team-a/out lets it out, no policy keeps it from going in",
  ]);
});

test("ports are told briefly", () => {
  const all = EVERY_PORT.filter((port) => port !== TCP_80);
  expect(lines([verdict(API, API, EVERY_PORT, lets("team-a/out"), unselected)])[0]).toContain(
    "team-a/api, every port:",
  );
  expect(lines([verdict(API, API, all, lets("team-a/out"), unselected)])[0]).toContain(
    "team-a/api, 1-79/TCP, 81-65535/TCP, 1-65535/UDP, 1-65535/SCTP:",
  );
});

test("neighbouring ranges become one, and alike ends share a line", () => {
  const open = (from: number) => verdict(from, API, [TCP_80], unselected, lets("team-a/in"));
  expect(lines([open(NEXT), open(FAR), open(LOW)])).toEqual([
    "open: 0.0.0.0-0.0.0.19, 0.0.0.30-0.0.0.39 -> team-a/api, 80/TCP: team-a/in lets it in",
  ]);
});

test("a look-alike is told only where it can do what other pods cannot", () => {
  const loose = (from: number) => verdict(from, API, [TCP_80], stops("team-a/default-deny"), lets("team-a/in"));
  const others = "loose: other pods of team-a -> team-a/api, 80/TCP: team-a/in lets it in";
  expect(lines([loose(OTHER), loose(LOOK_ALIKE)])).toEqual([others]);
  expect(lines([loose(LOOK_ALIKE)])).toEqual([
    "loose: pods of team-a labelled like team-b/web -> team-a/api, 80/TCP: team-a/in lets it in",
  ]);
});
