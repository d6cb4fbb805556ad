import { expect, test } from "vitest";
import { portIndex, type Verdict } from "./analyze.ts";
import { type Passage, withoutPassages } from "./passages.ts";
import type { Peer } from "./peers.ts";

const pod = (namespace: string, release?: string): Peer => ({
  end: { kind: "other-pods", namespace },
  address: "10.42.0.1",
  namespace,
  labels: release === undefined ? {} : { "app.kubernetes.io/instance": release },
  governed: true,
});
const ADDRESSES: Peer = {
  end: { kind: "addresses", addresses: { first: 1, last: 1 } },
  address: "0.0.0.1",
  governed: false,
};
const peers = [pod("team-a"), pod("system", "keda"), pod("system", "other"), ADDRESSES];
const [TEAM, KEDA, OTHER, OUTSIDE] = [0, 1, 2, 3];
const ports = [
  { first: 1, last: 9442 },
  { first: 9443, last: 9443 },
];
const [BELOW, WEBHOOK] = [portIndex(0, "TCP"), portIndex(1, "TCP")];
const side = { allowed: true, selecting: [], allowing: [] };

/** Ports of the verdict between two peers that are left. */
function left(from: number, to: number, passage: Passage): readonly number[] {
  const verdict: Verdict = { from, to, ports: [BELOW, WEBHOOK], egress: side, ingress: side };
  return withoutPassages([verdict], peers, ports, [passage]).flatMap((each) => each.ports);
}

test("pods reach a webhook at its port, since the API server's address is one of theirs", () => {
  const passage = { to: "keda", ports: [9443] };
  expect(left(TEAM, KEDA, passage)).toEqual([BELOW]);
  expect(left(OUTSIDE, KEDA, passage)).toEqual([BELOW, WEBHOOK]);
  expect(left(TEAM, OTHER, passage)).toEqual([BELOW, WEBHOOK]);
});

test("an operator that another asks is open to that one only", () => {
  const passage = { to: "keda", from: "other", ports: [9443] };
  expect(left(OTHER, KEDA, passage)).toEqual([BELOW]);
  expect(left(TEAM, KEDA, passage)).toEqual([BELOW, WEBHOOK]);
});
