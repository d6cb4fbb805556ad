import { describe, expect, test } from "vitest";
import { addBurstPool, hetznerPool, trialFacts } from "../../testdata/trial.ts";
import { block, canonical, contains, overlap } from "./addresses.ts";
import { rangeForms, separateRanges } from "./ranges.ts";
import { nodeAddresses, poolSubnets } from "./subnets.ts";

describe("addresses", () => {
  test("a block has its first and its last address, whatever the host bits", () => {
    expect(block("0.0.1.0/24")).toEqual({ first: 256, last: 511 });
    expect(block("0.0.1.9/24")).toEqual({ first: 256, last: 511 });
    expect(block("255.255.255.255/32")).toEqual({ first: 2 ** 32 - 1, last: 2 ** 32 - 1 });
    expect(canonical("10.10.3.7/22")).toBe("10.10.0.0/22");
  });

  test.each([
    ["10.0.0.0/24", "10.0.1.0/24", false],
    ["10.0.0.0/24", "10.0.0.255/32", true],
    ["10.0.0.0/8", "10.255.0.0/16", true],
    ["0.0.0.0/0", "192.168.0.0/16", true],
  ])("%s and %s overlap: %s", (left, right, expected) => {
    expect(overlap(block(left), block(right))).toBe(expected);
    expect(overlap(block(right), block(left))).toBe(expected);
  });

  test("a block contains itself and its halves, not the other way round", () => {
    expect(contains(block("10.0.0.0/16"), block("10.0.0.0/16"))).toBe(true);
    expect(contains(block("10.0.0.0/16"), block("10.0.128.0/17"))).toBe(true);
    expect(contains(block("10.0.128.0/17"), block("10.0.0.0/16"))).toBe(false);
  });
});

const inCluster = (change: { podRange?: string; serviceRange?: string }) =>
  trialFacts((facts) => void Object.assign(facts.cluster, change));

test("pods may use the range next to a site's and none of its addresses", () => {
  expect([...separateRanges(inCluster({ podRange: "10.11.0.0/16" }))]).toEqual([]);
  expect(
    [...separateRanges(inCluster({ podRange: "10.10.255.0/24" }))].map(({ path, got }) => [path.join("."), got]),
  ).toEqual([["sites.nuremberg.range", "10.10.0.0/16, which overlaps 10.10.255.0/24 of pods"]]);
});

test("the mesh's addresses are taken", () => {
  expect([...separateRanges(inCluster({ serviceRange: "100.127.255.0/24" }))].map(({ got }) => got)).toEqual([
    "100.127.255.0/24, which overlaps 100.64.0.0/10 of the mesh",
  ]);
  expect([...separateRanges(inCluster({ serviceRange: "100.128.0.0/16" }))]).toEqual([]);
});

test("ranges are private and begin at their first address", () => {
  expect([...rangeForms(inCluster({ podRange: "172.31.0.0/16" }))]).toEqual([]);
  expect(
    [...rangeForms(inCluster({ podRange: "172.32.0.0/16", serviceRange: "10.43.0.1/16" }))].map(({ got }) => got),
  ).toEqual(["172.32.0.0/16, which is not private", "10.43.0.1/16, which has host bits set"]);
});

test.each([
  ["10.0.0.0/15", ["10.0.0.0/15, a VPC of 131072 addresses"]],
  ["10.0.0.0/16", []],
  ["10.0.0.0/24", []],
  ["10.0.0.0/25", ["10.0.0.0/25, a VPC of 128 addresses"]],
])("a VPC of %s", (range, got) => {
  const facts = trialFacts((spoilt) => {
    addBurstPool(spoilt);
    Object.assign(spoilt.sites["stockholm"] ?? {}, { range });
  });
  expect([...rangeForms(facts)].map((complaint) => complaint.got)).toEqual(got);
});

test("a pool's subnet is its own part of its site's range", () => {
  const of = (subnet: string) =>
    [...poolSubnets(trialFacts((facts) => void (hetznerPool(facts, "inference").subnet = subnet)))].map(
      ({ got }) => got,
    );
  expect(of("10.10.255.0/24")).toEqual([]);
  expect(of("10.11.0.0/24")).toEqual(["10.11.0.0/24, which is not within site nuremberg"]);
  expect(of("10.10.0.0/23")).toEqual(["10.10.0.0/23, which overlaps 10.10.1.0/24 of pool operations"]);
  expect(of("10.10.2.1/24")).toEqual(["10.10.2.1/24, which has host bits set"]);
});

test("a node's number has an address: a /28 ends with node 4", () => {
  const of = (node: number) => [
    ...nodeAddresses(
      trialFacts(
        (facts) => void Object.assign(hetznerPool(facts, "inference"), { subnet: "10.10.2.0/28", nodes: [node] }),
      ),
    ),
  ];
  expect(of(4)).toEqual([]);
  expect(of(5)).toEqual([
    {
      path: ["pools", "inference", "nodes", 0],
      got: "5",
      expected: "a number up to 4: 10.10.2.0/28 ends there",
      fix: "choose a larger subnet",
    },
  ]);
});
