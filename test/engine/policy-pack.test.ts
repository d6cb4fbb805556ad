import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planEnvironment } from "../../plan/plan.ts";
import { openSession, type Session } from "../../sandbox/session/session.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { ProjectCopy } from "../../sandbox/session/project-copy.ts";
import { loadEnvironment, type Environment } from "../../stacks/environment-file.ts";

const ROOT = path.join(import.meta.dirname, "..", "..");
const STACKS = path.join(ROOT, "stacks");
const PACK = path.join(ROOT, "policies", "pack");
const TODAY = "2026-11-21";

let copy: ProjectCopy;
beforeAll(() => {
  copy = new ProjectCopy(ROOT);
});
afterAll(() => copy[Symbol.dispose]());

async function open(environment: Environment): Promise<Session> {
  return openSession({ root: copy.root, environment, pulumi: await resolveTool("pulumi"), node: process.execPath });
}

describe("the policy pack", () => {
  /** The sandbox under another name, with its lock beside it, and the file changed. */
  async function changed(name: string, change: (text: string) => string, resolvedAt = TODAY): Promise<Environment> {
    const text = readFileSync(path.join(STACKS, "Pulumi.sandbox.yaml"), "utf8").replace(
      "name: sandbox",
      `name: ${name}`,
    );
    const file = path.join(copy.root, `Pulumi.${name}.yaml`);
    writeFileSync(file, change(text));
    const lock = readFileSync(path.join(STACKS, "sandbox.lock.yaml"), "utf8")
      .replace("environment: sandbox", `environment: ${name}`)
      .replace(/^resolvedAt: .*$/m, `resolvedAt: ${resolvedAt}`);
    writeFileSync(path.join(copy.root, `${name}.lock.yaml`), lock);
    return loadEnvironment(file);
  }

  it("fails a preview with the finding that plan gave, and lets `up` create nothing that costs too much", async () => {
    const environment = await changed(
      "frugal",
      (text) => text.replace(/worst: \{[^}]*\}/, "worst: { monthlyEuros: 1 }"),
      "2026-01-01",
    );
    const plan = await planEnvironment(environment, { today: TODAY });
    const stale = "The lock of frugal was resolved";
    expect(plan.findings.filter(({ message }) => message.startsWith(stale)).map(({ rule }) => rule)).toEqual([
      "cost/lock-is-fresh",
    ]);
    const findings = plan.findings.filter(({ level }) => level === "mandatory");
    expect(findings.map(({ rule, level }) => `${level} ${rule}`)).toEqual(["mandatory cost/within-budget"]);
    await using session = await open(environment);

    const preview = await session.run(["preview", "--policy-pack", PACK]);
    expect(preview.exitCode).not.toBe(0);
    const aged = preview.policyViolations.filter(({ message }) => message.includes(stale));
    expect(aged.map(({ policy, level }) => [policy, level])).toEqual([["cost-lock-is-fresh", "advisory"]]);
    const violations = preview.policyViolations.filter(({ level }) => level === "mandatory");
    expect(violations.map(({ policy, urn }) => [policy, urn])).toEqual([["cost-within-budget", findings[0]?.urn]]);
    expect(violations[0]?.message).toContain(findings[0]?.message);

    const update = await session.run(["up", "--yes", "--skip-preview", "--policy-pack", PACK]);
    expect(update.exitCode).not.toBe(0);
    expect(new Set(update.policyViolations.map(({ policy }) => policy))).toEqual(new Set(["cost-within-budget"]));
    const billed = /Server|LaunchTemplate|autoscaling\/group/;
    expect((session.state().resources ?? []).map(({ type }) => type).filter((type) => billed.test(type))).toEqual([]);
  });

  it("passes a preview and an `up` of the sandbox, whose values it then knows", async () => {
    const environment = await changed("passing", (text) => text);
    await using session = await open(environment);
    const preview = await session.run(["preview", "--policy-pack", PACK]);
    expect(preview.exitCode, preview.output).toBe(0);
    expect(preview.policyViolations.filter(({ level }) => level === "mandatory")).toEqual([]);
    expect(preview.output).toContain("splitfleet@v0.1.0");

    const update = await session.run(["up", "--yes", "--skip-preview", "--policy-pack", PACK]);
    expect(update.exitCode, update.output).toBe(0);
    expect(update.policyViolations.filter(({ level }) => level === "mandatory")).toEqual([]);
  });
});
