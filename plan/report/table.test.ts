import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../policies/finding.ts";
import { worstFirst } from "../../policies/run.ts";
import type { PlanReport } from "./contract.ts";
import { toTable } from "./table.ts";

const burn = (hourly: number) => ({ hourly: hourly.toFixed(4), monthly: (hourly * 730).toFixed(2) });
const item = (
  labels: Record<string, string>,
  expected: number,
  worst: number,
): PlanReport["cost"]["items"][number] => ({
  urn: "",
  label: "",
  price: "",
  quantity: "1",
  unit: "hour",
  expected: burn(expected),
  worst: burn(worst),
  labels,
});

const finding: Finding = {
  rule: "security/no-open-firewall",
  level: "mandatory",
  severity: "critical",
  urn: "urn:pulumi:dev::splitfleet::hcloud:index/firewall:Firewall::nodes-firewall",
  path: "rules[0].sourceIps[0]",
  message: "nodes-firewall lets 0.0.0.0/0 reach port 22 of tcp.",
  value: "0.0.0.0/0",
  limit: "the mesh's UDP port 41641 and ICMP",
  fix: "Remove the inbound rule.",
};

function report(items: PlanReport["cost"]["items"], findings: Finding[]): PlanReport {
  const mandatory = findings.filter(({ level }) => level === "mandatory").length;
  return {
    environment: "dev",
    rows: [],
    cost: { currency: "EUR", expected: burn(1.2), worst: burn(61.5), items },
    findings,
    exempted: [],
    summary: {
      resources: 12,
      mandatory,
      advisory: findings.length - mandatory,
      undecided: 0,
      verdict: mandatory > 0 ? "findings" : "pass",
    },
  };
}

const items = [
  item({ pool: "inference", workload: "ollama" }, 0.2, 0.2),
  item({ pool: "burst" }, 0.6, 60.9),
  item({ workload: "litellm" }, 0.3, 0.3),
  item({}, 0.1, 0.1),
];

describe("toTable", () => {
  it("says how much is exempted, in the line that says what is found", () => {
    const exemption = { rule: finding.rule, urn: "urn:pulumi:dev::*", owner: "", reason: "", until: "2026-12-31" };
    const exempting = { ...report(items, []), exempted: [{ finding, exemption }] };
    expect(toTable(exempting, { colour: false })).toMatch(/^dev: 12 resources; no rule broken, 1 exempted\n/);
  });

  it("shows the verdict, the cost by pool, and each finding with its fix", () => {
    expect(toTable(report(items, [finding]), { colour: false })).toBe(
      `dev: 12 resources; 1 finding to resolve before \`up\`

                                         expected €/h        €/month      worst €/h        €/month
  pool burst                                     0.60         438.00          60.90      44 457.00
  workload litellm                               0.30         219.00           0.30         219.00
  pool inference                                 0.20         146.00           0.20         146.00
  shared                                         0.10          73.00           0.10          73.00
  total, net of tax                              1.20         876.00          61.50      44 895.00

  ✖ critical security/no-open-firewall nodes-firewall rules[0].sourceIps[0]
    nodes-firewall lets 0.0.0.0/0 reach port 22 of tcp.
    Fix: Remove the inbound rule.
`,
    );
  });

  it("says that no rule is broken", () => {
    expect(toTable(report([], []), { colour: false }).split("\n")[0]).toBe("dev: 12 resources; no rule broken");
  });

  it("never takes more than 40 lines of 100 columns, and says what it left out", () => {
    const many = Array.from({ length: 60 }, (_, index) =>
      item({ pool: `pool-with-a-rather-long-name-${index}` }, index, index),
    );
    const long = { ...finding, message: `${"word ".repeat(60)}${"x".repeat(120)}`, path: "a".repeat(120) };
    const findings = Array.from({ length: 50 }, (_, index) => ({ ...long, urn: `${finding.urn}-${index}` }));
    const lines = toTable(report(many, findings), { colour: false }).trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(lines.filter((line) => / more/.test(line))).toEqual([
      "  49 more                                    1 176.00     858 480.00       1 176.00     858 480.00",
      expect.stringMatching(/^ {2}… and \d+ more; --json lists all of them$/),
    ]);
  });

  it("colours nothing unless it is told to", () => {
    const coloured = toTable(report(items, [finding]), { colour: true });
    const plain = toTable(report(items, [finding]), { colour: false });
    expect(coloured).not.toBe(plain);
    expect(stripVTControlCharacters(coloured)).toBe(plain);
  });

  it("keeps the order of the findings", () => {
    const advisory: Finding = { ...finding, level: "advisory", severity: "low", rule: "a/warning" };
    const table = toTable(report([], worstFirst([advisory, finding])), { colour: false });
    expect([...table.matchAll(/^ {2}[✖!] (.+?) \S+ rules/gm)].map(([, line]) => line)).toEqual([
      "critical security/no-open-firewall",
      "low a/warning",
    ]);
  });
});
