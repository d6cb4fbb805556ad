import path from "node:path";
import { expect, test } from "vitest";
import { type Environment, loadEnvironment } from "../../stacks/environment-file.ts";
import { BUILT_IN } from "./registry.ts";

const sandbox = await loadEnvironment(path.join(import.meta.dirname, "../../stacks/Pulumi.sandbox.yaml"));

/** What a drill would be run on, and why not on the others. */
function casesOf(name: string, change: (environment: Environment) => void = () => undefined): string[] {
  const environment = structuredClone(sandbox);
  change(environment);
  const cases = BUILT_IN.find((drill) => drill.name === name)?.cases(environment) ?? [];
  return cases.map((one) => ("missing" in one ? `not ${one.subject}: ${one.missing}` : one.subject));
}

test("a pool's only k3s server can not be lost alone, one of three can", () => {
  expect(casesOf("node-loss")).toEqual([
    "not pool operations: its nodes are the only k3s servers: with them goes the cluster, not a node of it",
    "pool inference",
    "pool workshop",
  ]);
  const threeServers = casesOf("node-loss", ({ spec: { pools } }) => {
    Object.assign(pools["operations"] ?? {}, { nodes: [1, 2, 3] });
  });
  expect(threeServers[0]).toBe("pool operations");
});

test("a zone with the majority of the servers can not be lost, any other can", () => {
  expect(casesOf("zone-loss")).toEqual([
    "not zone fsn1: with it goes the majority of the k3s servers, so the cluster, which is restored",
    "zone workshop",
  ]);
});

test("without burst pools there is no spot instance to lose, and nothing to scale", () => {
  const withoutBurst = ({ spec: { pools } }: Environment): void => void delete pools["burst"];
  expect(casesOf("spot-reclaim", withoutBurst)).toEqual(["not : no pool bursts to AWS"]);
  expect(casesOf("scale-to-zero", withoutBurst)).toEqual(["not : no pool bursts to AWS"]);
});

test("without GPUs of its own none can fail", () => {
  const withoutGpu = ({ spec: { pools } }: Environment): void => void delete pools["workshop"];
  expect(casesOf("gpu-loss")).toEqual(["pool workshop"]);
  expect(casesOf("gpu-loss", withoutGpu)).toEqual(["not : no pool of its own machines has a GPU"]);
});

test("a quota storm comes from each team that shares a fleet with another one's workload", () => {
  expect(casesOf("quota-storm")).toEqual(["team platform", "team assistants"]);
});

test("an upgrade goes one minor up from the version of the environment", () => {
  expect(casesOf("upgrade")).toEqual(["v1.36.2+k3s1 to v1.37.0+k3s1"]);
});
