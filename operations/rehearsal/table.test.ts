import { expect, test } from "vitest";
import type { RehearsalReport } from "./report.ts";
import { toTable } from "./table.ts";
import { FITS, WRONG } from "./testdata/reports.ts";

const lines = (report: RehearsalReport): string[] => toTable(report, { colour: false }).trimEnd().split("\n");

test("a fleet that fits", () => {
  expect(lines(FITS)).toEqual([
    "trial: fits: 1 object accepted, 1 pod placed (14.4 s)",
    "",
    "Nodes, requested of allocatable",
    "  trial-workshop-a   mem █░░░░░ 0.1 of 63.4  cpu █░░░░░ <0.1 of 16  gpu ██████ 1 of 1",
    "  trial-inference-1  mem █░░░░░ 2.9 of 15.4  cpu ██░░░░ 2 of 8",
    "",
    "Quotas, used of allowed",
    "  team-assistants: cpu 2.5 of 8, memory limits 4.9 of 16 GiB",
    "  team-platform: nothing used",
    "",
    "Network policies: 11 declared flows, 6 policies: exactly these pass",
    "",
    "Next: npm run plan -- trial shows what it costs and the rules it breaks",
  ]);
});

test("a fleet in which everything is wrong, worst first", () => {
  expect(lines(WRONG)).toEqual([
    "trial: 2 resources refused (14.4 s)",
    "",
    "  ✖ refused Deployment litellm team-assistants",
    "    written in components/workloads/litellm.ts, spec.template.spec.containers[0].image",
    '    Deployment.apps "litellm" is invalid: spec.template.spec.containers[0].image: Required value',
    "  ✖ failed inference-2 hcloud:index/server:Server",
    "    cpx42 is out of stock in fsn1",
    "  ✖ no node ollama-0 team-assistants, pool inference",
    "    0/4 nodes are available: 2 Insufficient memory, 2 node(s) didn't match Pod's node",
    "    affinity/selector. preemption: 0/4 nodes are available: 4 Preemption is not helpful for",
    "    scheduling.",
    "  ! not tried Job litellm-seed team-assistants",
    "    it comes after litellm-deployment",
    "",
    "Cheapest change that fits",
    "  pool inference: ollama asks for 9.5 GiB and 2 cores; the most that a node has left is 7.4 GiB and",
    "  4 cores",
    "    → cpx42 instead of cpx32: +68.00 EUR a month expected, +68.00 worst",
    "",
    "Nodes, requested of allocatable",
    "  trial-workshop-a   mem █░░░░░ 0.1 of 63.4  cpu █░░░░░ <0.1 of 16  gpu ██████ 1 of 1",
    "  trial-inference-1  mem █░░░░░ 2.9 of 15.4  cpu ██░░░░ 2 of 8",
    "",
    "Quotas, used of allowed",
    "  team-assistants: cpu 2.5 of 8, memory limits 4.9 of 16 GiB",
    "  team-platform: nothing used",
    "",
    "Network policies: 11 declared flows, 6 policies: 1 difference",
    "  ✖ open: other pods of team-assistants -> team-assistants/ollama, 1-65535/TCP:",
    "    team-assistants/ollama lets it in <b>&",
    "",
    "Next: correct the definition named above, and rehearse again",
  ]);
});

test("however large the fleet and however much is wrong, it is 40 lines of 100 columns", () => {
  const many = <Item>(item: Item | undefined, change: (item: Item, number: number) => Item): Item[] =>
    Array.from({ length: 60 }, (_, number) => (item === undefined ? [] : [change(item, number)])).flat();
  const long = "a long reason ".repeat(60);
  const report: RehearsalReport = {
    ...WRONG,
    objects: many(WRONG.objects[0], (object, number) => ({
      ...object,
      name: `${"o".repeat(120)}${number}`,
      reason: long,
    })),
    nodes: many(FITS.nodes[0], (node, number) => ({ ...node, name: `${"n".repeat(60)}${number}` })),
    quotas: many(FITS.quotas[0], (quota, number) => ({ ...quota, namespace: `team-${number}` })),
    advice: many(WRONG.advice[0], (advice) => ({ ...advice, shortage: long, change: long })),
    flows: {
      declared: 1,
      policies: 1,
      differences: many(WRONG.flows?.differences[0], (difference) => ({ ...difference, reason: long })),
    },
  };
  const text = lines(report);
  expect(text.length).toBeLessThanOrEqual(40);
  expect(text.filter((line) => line.length > 100)).toEqual([]);
  expect(text).toContain("  … and 60 more; --json lists all");
});
