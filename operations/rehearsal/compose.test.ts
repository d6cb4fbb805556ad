import path from "node:path";
import { expect, test } from "vitest";
import { type Environment, loadEnvironment } from "../../stacks/environment-file.ts";
import { rowsOf } from "../../test/harness.ts";
import { composeReports } from "./compose.ts";

const starter = await loadEnvironment(path.join(import.meta.dirname, "../../stacks/Pulumi.starter.yaml"));
const reportsOf = async (environment: Environment) => composeReports(await rowsOf(environment), environment);

test("every workload of the starter has room on its VPS, its agents too", async () => {
  const { nodes, pods } = await reportsOf(starter);
  expect(pods.filter(({ reason }) => reason !== "")).toEqual([]);
  expect(pods.map(({ workload }) => workload)).toContain("node-exporter");
  expect(nodes.map(({ name, zone }) => [name, zone])).toEqual([
    ["starter-inference-1", "fsn1"],
    ["starter-operations-1", "fsn1"],
  ]);
  for (const { requested, allocatable, memoryLimitMiB = 0 } of nodes) {
    expect(requested.memoryMiB).toBeGreaterThan(0);
    expect(requested.memoryMiB).toBeLessThanOrEqual(allocatable.memoryMiB);
    expect(memoryLimitMiB).toBeGreaterThanOrEqual(requested.memoryMiB);
  }
});

test("a workload without room is named with what it asks for and what is left", async () => {
  const changed = structuredClone(starter);
  const { lock } = changed;
  const own = lock.pools["inference"];
  if (own?.kind === "hetzner") Object.assign(own, { memoryGiB: 4 });
  const { pods } = await reportsOf(changed);
  const [largest] = pods.filter(({ node }) => node === null);
  expect(largest).toMatchObject({ pool: "inference", phase: "Pending" });
  expect(largest?.reason).toMatch(
    /^it asks for \d+\.\d GiB and .+, and starter-inference-1 has \d+\.\d GiB and .+ left$/,
  );
});
