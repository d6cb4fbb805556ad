import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditState } from "../../operations/audit/audit.ts";
import { record } from "../../plan/recorder/record.ts";
import { reportOn } from "../../plan/report-on.ts";
import type { PlanReport } from "../../plan/report/contract.ts";
import { today } from "../../plan/today.ts";
import { ProjectCopy } from "../../sandbox/session/project-copy.ts";
import { openSession, type Session } from "../../sandbox/session/session.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { loadEnvironment, type Environment } from "../../stacks/environment-file.ts";
import { fleet } from "../../stacks/fleet.ts";
import { told, violationsOf } from "./findings-of.ts";
import { breakResources, VARIANTS, type Variant } from "./fixtures/broken/variants.ts";

const ROOT = path.join(import.meta.dirname, "..", "..");
const PACK = path.join(ROOT, "policies", "pack");
const TODAY = today();

/** The sandbox with a budget that it breaks, and with the variants in its resources. */
class BrokenProject implements Disposable {
  readonly #copy = new ProjectCopy(ROOT);
  readonly file = path.join(this.#copy.root, "Pulumi.sandbox.yaml");

  constructor() {
    const text = readFileSync(path.join(ROOT, "stacks", "Pulumi.sandbox.yaml"), "utf8");
    const frugal = text.replace(/worst: \{[^}]*\}/, "worst: { monthlyEuros: 1 }");
    if (frugal === text) throw new Error("the sandbox's file states no worst budget to change");
    writeFileSync(this.file, frugal);
    const project = path.join(this.#copy.root, "Pulumi.yaml");
    const program = readFileSync(project, "utf8").replace(/^main: .*$/m, "main: test/engine/fixtures/broken/main.mjs");
    rmSync(project);
    writeFileSync(project, program);
    writeFileSync(
      path.join(this.#copy.root, "sandbox.lock.yaml"),
      readFileSync(path.join(ROOT, "stacks", "sandbox.lock.yaml"), "utf8"),
    );
  }

  async open(environment: Environment): Promise<Session> {
    const pulumi = await resolveTool("pulumi");
    return openSession({ root: this.#copy.root, environment, pulumi, node: process.execPath });
  }

  [Symbol.dispose](): void {
    this.#copy[Symbol.dispose]();
  }
}

async function planBroken(environment: Environment, variants: readonly Variant[]): Promise<PlanReport> {
  const { rows } = await record(environment, async () => {
    breakResources(variants);
    return fleet(environment.spec, environment.lock);
  });
  return reportOn(rows, environment, { today: TODAY });
}

describe("a sandbox that breaks rules", () => {
  let project: BrokenProject;
  let environment: Environment;
  let plan: PlanReport;
  beforeAll(async () => {
    project = new BrokenProject();
    environment = await loadEnvironment(project.file);
    plan = await planBroken(environment, VARIANTS);
  });
  afterAll(() => project[Symbol.dispose]());

  it("breaks another rule with each variant, and no mandatory one but the budget without them", async () => {
    const { findings } = await planBroken(environment, []);
    const mandatory = findings.filter(({ level }) => level === "mandatory");
    expect(mandatory.map(({ rule }) => rule)).toEqual(["cost/within-budget"]);
    const before = findings.map(({ rule }) => rule);
    for (const variant of VARIANTS) {
      expect(before).not.toContain(variant.rule);
      const broken = await planBroken(environment, [variant]);
      expect(broken.findings.map(({ rule }) => rule)).toContain(variant.rule);
    }
    const rules = ["cost/within-budget", ...VARIANTS.map(({ rule }) => rule)];
    expect(new Set(rules).size).toBeGreaterThan(20);
    expect(plan.findings.map(({ rule }) => rule)).toEqual(expect.arrayContaining(rules));
  });

  it("has the same findings in the plan, in the engine with the policy pack, and in the audit of its state", async () => {
    await using session = await project.open(environment);
    const preview = await session.run(["preview", "--policy-pack", PACK]);
    expect(preview.exitCode).not.toBe(0);
    const { decided, undecided } = violationsOf(preview);
    expect(decided).toEqual(told(plan));
    expect(undecided).toEqual(
      ["inference-1", "inference-2", "operations-1"].map((node) =>
        expect.stringContaining(`::${node}-server userData: `),
      ),
    );

    const update = await session.run(["up", "--yes", "--skip-preview"]);
    expect(update.exitCode, update.output).toBe(0);
    const state = await session.decrypted();
    const audit = auditState(environment, { state, source: "the state" }, { today: TODAY });
    expect(told(audit.report)).toEqual(told(plan));
    expect(audit.report.cost).toEqual(plan.cost);
  });
});
