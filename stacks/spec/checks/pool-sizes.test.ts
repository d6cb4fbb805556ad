import { expect, test } from "vitest";
import { addBurstPool, hetznerPool, trialFacts } from "../../testdata/trial.ts";
import { burstSize, capacityBlocks, networkSize } from "./pool-sizes.ts";
import { repeats } from "./repeats.ts";

test("a Hetzner network takes a hundred servers of all its pools together, not one more", () => {
  const of = (nodes: number) =>
    [
      ...networkSize(
        trialFacts(
          (facts) =>
            void (hetznerPool(facts, "inference").nodes = Array.from({ length: nodes }, (_, index) => index + 1)),
        ),
      ),
    ].map(({ path, got }) => [path, got]);
  expect(of(99)).toEqual([]);
  expect(of(100)).toEqual([[["sites", "nuremberg"], "101 servers in one Hetzner network"]]);
});

test("a burst pool's minimum may equal its maximum and not pass it", () => {
  const of = (minimum: number) => [...burstSize(trialFacts((facts) => addBurstPool(facts, { minimum, maximum: 2 })))];
  expect(of(2)).toEqual([]);
  expect(of(3)).toEqual([
    { path: ["pools", "burst", "minimum"], got: "3 nodes", expected: "at most 2, the pool's `maximum`" },
  ]);
});

test("a Capacity Block is of one type in one zone", () => {
  const approval = { by: "cto@example.com", until: "2026-12-31", upfrontUsd: 100, reason: "a run" };
  const capacityBlock = { offering: "cb-0123456789abcdef0", hours: 24, upfrontUsd: 100, approval };
  const of = (instanceTypes: string[], zones: string[]) => [
    ...capacityBlocks(trialFacts((facts) => addBurstPool(facts, { capacityBlock, instanceTypes, zones }))),
  ];
  expect(of(["p5.48xlarge"], ["a"])).toEqual([]);
  expect(of(["p5.48xlarge", "p5en.48xlarge"], ["a", "b"]).map(({ path, got }) => [path, got])).toEqual([
    [["pools", "burst", "instanceTypes"], "2 of them, with a Capacity Block"],
    [["pools", "burst", "zones"], "2 of them, with a Capacity Block"],
  ]);
});

test("lists have each entry once", () => {
  const facts = trialFacts((spoilt) => {
    Object.assign(hetznerPool(spoilt, "inference"), { nodes: [1, 2, 1], serverTypes: ["cpx42", "cpx42"] });
    spoilt.privacy.residency = ["DE", "DE"];
    addBurstPool(spoilt, { zones: ["a", "a"], instanceTypes: ["p5.48xlarge", "p5.48xlarge"] });
    Object.assign(spoilt.workloads["ollama"] ?? {}, { models: ["small", "small"] });
  });
  expect([...repeats(facts)].map(({ path, got }) => [path.join("."), got])).toEqual([
    ["privacy.residency.1", '"DE" a second time'],
    ["workloads.ollama.models.1", '"small" a second time'],
    ["pools.inference.nodes.2", "1 a second time"],
    ["pools.inference.serverTypes.1", '"cpx42" a second time'],
    ["pools.burst.instanceTypes.1", '"p5.48xlarge" a second time'],
    ["pools.burst.zones.1", '"a" a second time'],
  ]);
});
