import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { planEnvironment } from "../../plan/plan.ts";
import type { ReportOptions } from "../../plan/report-on.ts";
import type { PlanReport } from "../../plan/report/contract.ts";
import { VERDICT_EXIT } from "../../plan/report/verdict.ts";
import { rules } from "../../policies/registry.ts";
import { stackUrn } from "../../policies/stack.ts";
import { type Environment, loadEnvironment } from "../../stacks/environment-file.ts";
import { SANDBOX_FILE } from "../../test/harness.ts";
import { auditState } from "./audit.ts";

const TODAY = "2026-11-21";
const folder = mkdtempSync(path.join(tmpdir(), "splitfleet-prices-"));
afterAll(() => rmSync(folder, { recursive: true }));

const stack = { urn: stackUrn("sandbox"), type: "pulumi:pulumi:Stack", custom: false };
const state = JSON.stringify({ version: 3, deployment: { resources: [stack] } });

type FrontEnd = (environment: Environment, options: ReportOptions) => Promise<PlanReport>;
const FRONT_ENDS: Readonly<Record<string, FrontEnd>> = {
  plan: planEnvironment,
  audit: async (environment, options) => auditState(environment, { state, source: "state.json" }, options).report,
};

/** What a front end's verb exits with, and the mandatory findings of `policy/…` and of the rule that was broken. */
async function judge(frontEnd: string, options: Partial<ReportOptions> = {}): Promise<readonly unknown[]> {
  const report = await FRONT_ENDS[frontEnd]?.(await loadEnvironment(SANDBOX_FILE), {
    today: TODAY,
    exemptions: [],
    ...options,
  });
  if (report === undefined) throw new Error(`there is no front end ${frontEnd}`);
  const about = report.findings.filter(({ rule, level }) => level === "mandatory" && /^policy\/|residency/.test(rule));
  return [VERDICT_EXIT[report.summary.verdict], about.map(({ rule, message }) => `${rule}: ${message}`)];
}

const crashing = rules.map((rule) => {
  if (rule.id !== "privacy/residency") return rule;
  const check = (): never => {
    throw new TypeError("rows is not iterable");
  };
  return { ...rule, check };
});

describe.each(Object.keys(FRONT_ENDS))("%s", (frontEnd) => {
  it("passes with sound input", async () => {
    expect(await judge(frontEnd)).toEqual([0, []]);
  });

  it("has a finding, exit code 1, for an exemption past its date", async () => {
    const exemption = {
      rule: "security/imdsv2",
      urn: "urn:pulumi:sandbox::splitfleet::*::burst-template",
      owner: "platform@example.org",
      reason: "The vendor's agent can not ask for a token yet.",
      until: "2026-11-20",
    };
    const [code, findings] = await judge(frontEnd, { exemptions: [exemption] });
    expect([code, findings]).toEqual([1, [expect.stringMatching(/^policy\/exemption-expired: /)]]);
  });

  it("decides nothing, exit code 2, with a rule that throws", async () => {
    expect(await judge(frontEnd, { rules: crashing })).toEqual([
      2,
      ["privacy/residency: The rule crashed: rows is not iterable"],
    ]);
  });

  it.each([
    {
      what: "is cut off",
      text: '{ "provider": "azu',
      message: /^ {2}azure\.json: \(whole file\): can not be read as JSON/m,
    },
    { what: "is of another shape", text: '{ "provider": "azure" }', message: /^ {2}azure\.json: lists: got nothing/m },
  ])("refuses a price file that $what, without a stack trace", async ({ text, message }) => {
    writeFileSync(path.join(folder, "azure.json"), text);
    const judged = judge(frontEnd, { prices: [folder] });
    await expect(judged).rejects.toThrow(message);
    await expect(judged).rejects.toMatchObject({ name: "CatalogueError", hideStack: true });
  });
});
