import { describe, expect, it } from "vitest";
import { loadEnvironment, type Environment } from "../stacks/environment-file.ts";
import { SANDBOX_FILE } from "../test/harness.ts";
import { planEnvironment } from "./plan.ts";
import { planReports } from "./report/contract.ts";
import { generatePlanSchemas } from "./report/schema.ts";
import { toJson } from "./report/json.ts";

const TODAY = "2026-11-21";

async function sandboxWith(change: (spec: Environment["spec"]) => Partial<Environment["spec"]>): Promise<Environment> {
  const environment = await loadEnvironment(SANDBOX_FILE);
  return { ...environment, spec: { ...environment.spec, ...change(environment.spec) } };
}

/** As the sandbox states it. */
const BRAKE = { monthlyUsd: 1000, brakeRoles: ["sandbox-autoscaler"] };

describe("planEnvironment", () => {
  it("warns of two images in the sandbox that only a tag names, and prices its pools", async () => {
    const report = await planEnvironment(await loadEnvironment(SANDBOX_FILE), { today: TODAY });
    expect(report.findings.map(({ rule, level, value }) => [rule, level, value])).toEqual([
      ["security/operators-by-digest", "advisory", "quay.io/brancz/kube-rbac-proxy:v0.18.1"],
      ["security/operators-by-digest", "advisory", "hashicorp/vault-secrets-operator:0.10.0"],
    ]);
    expect(report.summary).toEqual({
      resources: expect.any(Number),
      mandatory: 0,
      advisory: 2,
      undecided: 0,
      verdict: "pass",
    });
    expect(new Set(report.cost.items.map(({ labels }) => labels["pool"]))).toEqual(
      new Set(["burst", "inference", "operations", "workshop"]),
    );
  });

  it("reports in the form of the contract", async () => {
    const report = await planEnvironment(await loadEnvironment(SANDBOX_FILE), { today: TODAY });
    expect(planReports.parse(JSON.parse(toJson([report])))).toEqual([report]);
  });

  it("says the same twice", async () => {
    const environment = await loadEnvironment(SANDBOX_FILE);
    const first = await planEnvironment(environment, { today: TODAY });
    expect(await planEnvironment(environment, { today: TODAY })).toEqual(first);
  });

  it("shows no value of a secret place, and where each is", async () => {
    const { rows } = await planEnvironment(await loadEnvironment(SANDBOX_FILE), { today: TODAY });
    const servers = rows.filter(({ type }) => type === "hcloud:index/server:Server");
    expect(servers.map(({ secretPaths }) => secretPaths)).toEqual([["userData"], ["userData"], ["userData"]]);
    expect(JSON.stringify(rows)).not.toContain("tskey-");
  });

  it("blocks an environment that costs more than its budget", async () => {
    const environment = await sandboxWith(() => ({
      budget: { warnAt: 0.8, environment: { expected: { monthlyEuros: 1 } }, aws: BRAKE },
    }));
    const { findings, summary } = await planEnvironment(environment, { today: TODAY });
    const mandatory = findings.filter(({ level }) => level === "mandatory");
    expect(mandatory.map(({ rule, level, path, limit }) => [rule, level, path, limit])).toEqual([
      ["cost/within-budget", "mandatory", "budget.environment.expected.monthlyEuros", "1"],
    ]);
    expect(summary).toMatchObject({ mandatory: 1, undecided: 0, verdict: "findings" });
  });

  it("tells what is exempted apart from what is found", async () => {
    const exemption = {
      rule: "cost/within-budget",
      urn: "urn:pulumi:sandbox::*::splitfleet-sandbox",
      owner: "platform@example.org",
      reason: "The board has agreed to the trial month.",
      until: "2027-01-31",
    };
    const environment = await sandboxWith(() => ({
      budget: { warnAt: 0.8, environment: { expected: { monthlyEuros: 1 } }, aws: BRAKE },
    }));
    const { findings, exempted } = await planEnvironment(environment, { today: TODAY, exemptions: [exemption] });
    expect(findings.filter(({ rule }) => rule === exemption.rule)).toEqual([]);
    expect(exempted.map(({ finding, exemption: by }) => [finding.rule, by])).toEqual([[exemption.rule, exemption]]);
  });

  it("takes a missing price for undecided, never for nothing", async () => {
    const environment = await loadEnvironment(SANDBOX_FILE);
    const { inference } = environment.lock.pools;
    if (inference?.kind !== "hetzner") throw new Error("the sandbox has no Hetzner pool named inference");
    const pools = { ...environment.lock.pools, inference: { ...inference, serverType: "cx999" } };
    const { findings, summary } = await planEnvironment(
      { ...environment, lock: { ...environment.lock, pools } },
      { today: TODAY },
    );
    const mandatory = findings.filter(({ level }) => level === "mandatory");
    expect(new Set(mandatory.map(({ rule }) => rule))).toEqual(new Set(["cost/unknown-price"]));
    expect(summary).toMatchObject({ undecided: mandatory.length, verdict: "undecided" });
  });

  it("lets a missing price be exempted for a while, and decides the rest", async () => {
    const environment = await loadEnvironment(SANDBOX_FILE);
    const { inference } = environment.lock.pools;
    if (inference?.kind !== "hetzner") throw new Error("the sandbox has no Hetzner pool named inference");
    const pools = { ...environment.lock.pools, inference: { ...inference, serverType: "cx999" } };
    const exemption = {
      rule: "cost/unknown-price",
      urn: "urn:pulumi:sandbox::*Server::inference-*",
      owner: "platform@example.org",
      reason: "The type is ordered by contract, and its price is being negotiated.",
      until: "2027-01-31",
    };
    const { findings, exempted, summary } = await planEnvironment(
      { ...environment, lock: { ...environment.lock, pools } },
      { today: TODAY, exemptions: [exemption] },
    );
    expect(findings.filter(({ level }) => level === "mandatory")).toEqual([]);
    expect(exempted.map(({ finding, exemption: by }) => [finding.rule, by])).toEqual([
      ["cost/unknown-price", exemption],
      ["cost/unknown-price", exemption],
    ]);
    expect(summary).toMatchObject({ mandatory: 0, undecided: 0, verdict: "pass" });
  });
});

describe("generatePlanSchemas", () => {
  it("describes an array of reports with every field of the contract", () => {
    const [file] = generatePlanSchemas();
    const schema: unknown = JSON.parse(file?.text ?? "");
    expect(file?.path).toBe("docs/reference/plan.schema.json");
    expect(schema).toMatchObject({
      type: "array",
      items: {
        required: ["environment", "rows", "cost", "overview", "findings", "exempted", "summary"],
        additionalProperties: false,
      },
    });
  });
});
