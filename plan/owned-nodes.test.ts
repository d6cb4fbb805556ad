import { expect, test, vi } from "vitest";
import { loadEnvironment, type Environment } from "../stacks/environment-file.ts";
import type { PoolOf } from "../stacks/spec/pools.ts";
import { SANDBOX_FILE } from "../test/harness.ts";
import { planEnvironment } from "./plan.ts";

// A plan takes a second, and several on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const TODAY = "2026-11-21";

/** The sandbox with a workshop that differs. */
async function withWorkshop(change: Partial<PoolOf<"onprem">>): Promise<Environment> {
  const environment = await loadEnvironment(SANDBOX_FILE);
  const { workshop } = environment.spec.pools;
  if (workshop?.kind !== "onprem") throw new Error("the sandbox has no workshop");
  const pools = { ...environment.spec.pools, workshop: { ...workshop, ...change } };
  return { ...environment, spec: { ...environment.spec, pools } };
}

const reportOn = async (change: Partial<PoolOf<"onprem">>) => {
  const { findings, cost, rows, summary } = await planEnvironment(await withWorkshop(change), { today: TODAY });
  return {
    mandatory: summary.mandatory,
    findings: findings
      .filter(({ rule }) => rule === "cost/owned-nodes-work")
      .map(({ level, path, message }) => [level, path, message]),
    items: cost.items
      .filter(({ labels }) => labels["pool"] === "workshop")
      .map(({ label, expected }) => `${label}: ${expected.monthly}`),
    configured: rows.filter(({ type }) => type === "splitfleet:compute:NodeConfiguration").map(({ name }) => name),
  };
};

test("a lost machine is a finding and no reason to stop: it costs its depreciation, as a spare does, and is not configured", async () => {
  const report = await reportOn({ nodes: { a: { state: "lost" } }, spares: 1, leadTimeDays: 30 });
  expect(report.mandatory).toBe(0);
  expect(report.findings).toEqual([
    [
      "advisory",
      "states.a",
      "Node a of workshop is lost: it costs its depreciation and has no capacity. A spare can take its place.",
    ],
  ]);
  expect(report.items).toEqual([
    "depreciation, lost, of workshop-a: 83.33",
    "depreciation, spare, of workshop-spare-1: 83.33",
  ]);
  expect(report.configured).not.toContain("workshop-a-configuration");
});

test("a declared machine costs what it will, with a remark that `up` does not count it", async () => {
  const report = await reportOn({ nodes: { a: { state: "enrolled" }, b: { state: "declared" } } });
  expect(report.mandatory).toBe(0);
  expect(report.findings).toEqual([
    ["advisory", "states.b", "Node b of workshop is declared and not enrolled: the plan counts it, `up` does not."],
  ]);
  expect(report.items.filter((item) => item.includes("workshop-b"))).toHaveLength(3);
  expect(report.configured).toContain("workshop-a-configuration");
  expect(report.configured).not.toContain("workshop-b-configuration");
});
