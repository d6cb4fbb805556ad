import { expect, test } from "vitest";
import { trialFacts } from "../../testdata/trial.ts";
import { edgeNames, edgeTunnel, edgeVault, frontEndNames } from "./edge.ts";

const ID = "0123456789abcdef0123456789abcdef";
const edge = (frontEnds: Record<string, { hostname: string; branch: string }> = {}) => ({
  account: ID,
  zone: { id: ID, name: "example.org" },
  plan: "free" as const,
  secretVersion: 1,
  frontEnds,
});
const withNames = (hostnames: Record<string, string>, frontEnds = {}) =>
  trialFacts((facts) => {
    Object.assign(facts.workloads["litellm"] ?? {}, { hostnames });
    facts.edge = edge(frontEnds);
  });

test("names that the zone's certificate covers", () => {
  const facts = withNames({ api: "api.example.org" }, { app: { hostname: "example.org", branch: "main" } });
  expect([...edgeNames(facts)]).toEqual([]);
});

test.each(["api.example.net", "api.eu.example.org", "notexample.org"])("%s is none of the zone's names", (name) => {
  expect([...edgeNames(withNames({ api: name }))]).toEqual([
    {
      path: ["workloads", "litellm", "hostnames", "api"],
      got: name,
      expected:
        "example.org or a name with one label before it, such as app.example.org: its certificate covers no other",
    },
  ]);
});

test("a front end under a workload's name", () => {
  const facts = withNames({ api: "app.example.org" }, { app: { hostname: "app.example.org", branch: "main" } });
  expect([...frontEndNames(facts)]).toEqual([
    {
      path: ["edge", "frontEnds", "app", "hostname"],
      got: "app.example.org, which leads to workload litellm",
      expected: "a host name of its own",
    },
  ]);
});

test("public names without a workload that runs the tunnel", () => {
  expect([...edgeTunnel(withNames({ api: "api.example.org" }))]).toEqual([
    {
      path: ["edge"],
      atKey: true,
      got: "no workload that runs the tunnel",
      expected: "one of kind cloudflared, for api.example.org to lead somewhere",
    },
  ]);
  expect([...edgeTunnel(withNames({}))]).toEqual([]);
});

test("an edge without a Vault for its token", () => {
  const facts = { edge: edge(), absent: ["secrets"] };
  expect([...edgeVault(facts)]).toEqual([
    { path: ["edge"], atKey: true, got: "an edge without `secrets`", expected: "a Vault for the tunnel's token" },
  ]);
  expect([...edgeVault({ ...facts, absent: [] })]).toEqual([]);
});
