import { exampleRow } from "../example.ts";
import type { Row, Value } from "../row.ts";
import { below, itemsOf, placeIn, type Place } from "../values.ts";

export const NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

/** Ranges that a policy lets its pods reach. */
export const egressRanges = (row: Row): readonly Place[] =>
  itemsOf(placeIn(row, "spec", "egress")).flatMap((rule) =>
    itemsOf(below(rule, "to")).map((peer) => below(peer, "ipBlock")),
  );

/** First address and length in bits of an IPv4 range such as `10.0.0.0/8`; undefined for anything else. */
export function ipv4Range(range: string): { readonly first: number; readonly bits: number } | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(range);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  return { first: a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d, bits };
}

/** Whether an IPv4 range holds the whole of another. */
export function covers(range: string, inner: string): boolean {
  const [outer, held] = [ipv4Range(range), ipv4Range(inner)];
  if (outer === undefined || held === undefined || outer.bits > held.bits) return false;
  const size = 2 ** (32 - outer.bits);
  return Math.floor(outer.first / size) === Math.floor(held.first / size);
}

/** A policy of the namespace `team-example` for examples. */
export const networkPolicy = (spec: { readonly [key: string]: Value }, namespace = "team-example"): Row =>
  exampleRow(NETWORK_POLICY, "policy", { metadata: { name: "policy", namespace }, spec });
