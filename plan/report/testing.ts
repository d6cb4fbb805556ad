import type { LineItem } from "../../policies/cost.ts";
import type { ExplainedFinding, PlanReport } from "./contract.ts";

/** Euros an hour as a month of 730 hours adds to it. */
export const burnOf = (hourly: number): LineItem["expected"] => ({
  hourly: hourly.toFixed(4),
  monthly: (hourly * 730).toFixed(2),
});

export const itemOf = (labels: LineItem["labels"], expected: number, worst: number): LineItem => ({
  urn: "",
  label: "",
  price: "",
  quantity: "1",
  unit: "hour",
  expected: burnOf(expected),
  worst: burnOf(worst),
  labels,
});

/** A finding for tests of what reports make of one. */
export const exampleFinding: ExplainedFinding = {
  rule: "security/no-open-firewall",
  level: "mandatory",
  severity: "critical",
  urn: "urn:pulumi:dev::splitfleet::hcloud:index/firewall:Firewall::nodes-firewall",
  path: "rules[0].sourceIps[0]",
  message: "nodes-firewall lets 0.0.0.0/0 reach port 22 of tcp.",
  value: "0.0.0.0/0",
  limit: "the mesh's UDP port 41641 and ICMP",
  fix: "Remove the inbound rule.",
  title: "No firewall lets the internet in",
  why: "What answers the internet is tried by everybody.",
  limitFrom: "https://docs.hetzner.com/cloud/firewalls/overview/",
  prices: [],
  origin: { file: "stacks/Pulumi.dev.yaml", line: 12 },
  exemption: "- rule: security/no-open-firewall\n  urn: urn:pulumi:dev::*\n",
};

export function exampleReport(items: LineItem[], findings: ExplainedFinding[]): PlanReport {
  const mandatory = findings.filter(({ level }) => level === "mandatory").length;
  return {
    environment: "dev",
    rows: [],
    cost: { currency: "EUR", expected: burnOf(1.2), worst: burnOf(61.5), items },
    overview: {
      providers: ["aws", "hetzner"],
      keys: ["aws", "hetzner", "vault"],
      bills: ["aws", "hetzner"],
      allocation: {
        teams: [{ team: "assistants", own: "10.00", nodes: "400.00", shared: "416.00", total: "826.00" }],
        workloads: [
          {
            workload: "litellm",
            team: "assistants",
            layer: "inference",
            own: "10.00",
            nodes: "400.00",
            shared: "416.00",
            total: "826.00",
          },
        ],
        idle: [{ pool: "inference", euros: "50.00", memoryShare: 0.11 }],
        unassigned: "0.00",
      },
      layers: [
        { layer: "inference", euros: "826.00", workloads: ["litellm"] },
        { layer: "orchestration", euros: "0.00", workloads: [] },
        { layer: "retrieval", euros: "0.00", workloads: [] },
        { layer: "data", euros: "0.00", workloads: [] },
        { layer: "interface", euros: "0.00", workloads: [] },
        { layer: "deployment", euros: "50.00", workloads: [] },
      ],
    },
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

const VOID = new Set(["meta", "rect"]);

/**
 * Elements of a page or an XML document in the order in which they open, with their text.
 *
 * @throws Error where it is not well-formed.
 */
export function parseMarkup(document: string): { readonly names: string[]; readonly text: string } {
  const open: string[] = [];
  const names: string[] = [];
  const body = document.replace(/<!doctype html>|<\?xml[^>]*\?>/, "").replace(/<style>[^<]*<\/style>/, "");
  const text = body.replaceAll(
    /<(\/?)([a-z0-9-]+)((?:\s+[a-zA-Z-]+="[^"<>]*")*)\s*(\/?)>/g,
    (_, closing, name: string, _attributes, empty) => {
      if (closing === "/") {
        const last = open.pop();
        if (last !== name) throw new Error(`</${name}> closes <${last ?? "nothing"}>`);
      } else {
        names.push(name);
        if (empty === "" && !VOID.has(name)) open.push(name);
      }
      return " ";
    },
  );
  if (open.length > 0) throw new Error(`<${open.join("> <")}> is not closed`);
  if (/[<>]/.test(text)) throw new Error(`unescaped: ${/.{0,20}[<>].{0,20}/.exec(text)?.[0]}`);
  return { names, text: text.replaceAll(/\s+/g, " ") };
}
