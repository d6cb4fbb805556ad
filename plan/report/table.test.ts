import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { worstFirst } from "../../policies/run.ts";
import type { ExplainedFinding } from "./contract.ts";
import { toTable } from "./table.ts";
import { exampleFinding, exampleReport, itemOf } from "./testing.ts";

const items = [
  itemOf({ pool: "inference", workload: "ollama" }, 0.2, 0.2),
  itemOf({ pool: "burst" }, 0.6, 60.9),
  itemOf({ workload: "litellm" }, 0.3, 0.3),
  itemOf({}, 0.1, 0.1),
];

describe("toTable", () => {
  it("says how much is exempted, in the line that says what is found", () => {
    const exemption = {
      rule: exampleFinding.rule,
      urn: "urn:pulumi:dev::*",
      owner: "",
      reason: "",
      until: "2026-12-31",
    };
    const exempting = { ...exampleReport(items, []), exempted: [{ finding: exampleFinding, exemption }] };
    expect(toTable(exempting, { colour: false })).toMatch(/^dev: 12 resources; no rule broken, 1 exempted\n/);
  });

  it("shows the verdict, the cost by pool, and each finding with its fix", () => {
    expect(toTable(exampleReport(items, [exampleFinding]), { colour: false })).toBe(
      `dev: 12 resources; 1 finding to resolve before \`up\`

                                         expected €/h        €/month      worst €/h        €/month
  pool burst                                     0.60         438.00          60.90      44 457.00
  workload litellm                               0.30         219.00           0.30         219.00
  pool inference                                 0.20         146.00           0.20         146.00
  shared                                         0.10          73.00           0.10          73.00
  total, net of tax                              1.20         876.00          61.50      44 895.00

  to deal with        2 providers, 3 keys, 2 bills
  €/month by layer    inference 826.00, deployment 50.00
  €/month by team     assistants 826.00 (416.00 of it shared)
  €/month of nobody   inference 50.00 (11 % idle)

  ✖ critical security/no-open-firewall nodes-firewall rules[0].sourceIps[0]
    nodes-firewall lets 0.0.0.0/0 reach port 22 of tcp.
    Fix: Remove the inbound rule.
`,
    );
  });

  it("says that no rule is broken", () => {
    expect(toTable(exampleReport([], []), { colour: false }).split("\n")[0]).toBe("dev: 12 resources; no rule broken");
  });

  it("never takes more than 40 lines of 100 columns, and says what it left out", () => {
    const many = Array.from({ length: 60 }, (_, index) =>
      itemOf({ pool: `pool-with-a-rather-long-name-${index}` }, index, index),
    );
    const long = { ...exampleFinding, message: `${"word ".repeat(60)}${"x".repeat(120)}`, path: "a".repeat(120) };
    const findings = Array.from({ length: 50 }, (_, index) => ({ ...long, urn: `${exampleFinding.urn}-${index}` }));
    const lines = toTable(exampleReport(many, findings), { colour: false }).trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(lines.filter((line) => / more/.test(line))).toEqual([
      "  49 more                                    1 176.00     858 480.00       1 176.00     858 480.00",
      expect.stringMatching(/^ {2}… and \d+ more; --json lists all of them$/),
    ]);
  });

  it("colours nothing unless it is told to", () => {
    const coloured = toTable(exampleReport(items, [exampleFinding]), { colour: true });
    const plain = toTable(exampleReport(items, [exampleFinding]), { colour: false });
    expect(coloured).not.toBe(plain);
    expect(stripVTControlCharacters(coloured)).toBe(plain);
  });

  it("keeps the order of the findings", () => {
    const advisory: ExplainedFinding = { ...exampleFinding, level: "advisory", severity: "low", rule: "a/warning" };
    const table = toTable(exampleReport([], worstFirst([advisory, exampleFinding])), { colour: false });
    expect([...table.matchAll(/^ {2}[✖!] (.+?) \S+ rules/gm)].map(([, line]) => line)).toEqual([
      "critical security/no-open-firewall",
      "low a/warning",
    ]);
  });
});
