import { expect, test } from "vitest";
import { hetznerPool, trialFacts } from "../../testdata/trial.ts";
import { clusterServers } from "./cluster-servers.ts";

const withServers = (nodes: number[]) => [
  ...clusterServers(trialFacts((facts) => void (hetznerPool(facts, "operations").nodes = nodes))),
];

test("one and three servers keep a majority, two and four do not", () => {
  expect(withServers([1])).toEqual([]);
  expect(withServers([1, 2, 3])).toEqual([]);
  const expected = "1 or 3 k3s servers in the environment: etcd needs a majority";
  const path = ["pools", "operations", "nodes"];
  expect(withServers([1, 2])).toEqual([{ path, got: "2 k3s servers in operations", expected }]);
  expect(withServers([1, 2, 3, 4])).toEqual([{ path, got: "4 k3s servers in operations", expected }]);
});

test("an environment without a server is told so", () => {
  const facts = trialFacts((spoilt) => void (hetznerPool(spoilt, "operations").cluster = "agent"));
  expect([...clusterServers(facts)].map(({ got }) => got)).toEqual(["no pool with `cluster: server`"]);
});

test("servers stay on one site and on pools of role operations", () => {
  const facts = trialFacts((spoilt) => {
    const second = hetznerPool(spoilt, "inference");
    spoilt.sites["helsinki"] = { kind: "hetzner", location: "hel1", range: "10.30.0.0/16" };
    Object.assign(second, { cluster: "server", site: "helsinki", nodes: [1, 2] });
  });
  expect([...clusterServers(facts)].map(({ path, got }) => [path, got])).toEqual([
    [["pools", "inference", "cluster"], "a k3s server on a pool of role inference"],
    [["pools", "inference", "site"], "k3s servers on helsinki beside those of pool operations on nuremberg"],
  ]);
});
