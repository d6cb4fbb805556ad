import { needCycles } from "../../../components/workloads/needs.ts";
import type { PlannedWorkload } from "../../../components/workloads/plan.ts";
import type { Complaint } from "../../problems.ts";
import { nearest } from "../../words.ts";
import { check } from "./check.ts";
import { planned, WORKLOAD_FACTS } from "./planned.ts";

/** Every workload can be built: what it needs is there, and it is known which workload is meant. */
export const workloadNeeds = check(WORKLOAD_FACTS, function* (facts): Iterable<Complaint> {
  for (const { path, got, expected, fix, choice } of planned(facts).problems) {
    const hint = choice === undefined ? {} : { nearest: nearest(choice.given, choice.known) };
    yield { path: ["workloads", ...path], atKey: path.length === 1, got, expected, fix, ...hint };
  }
});

export const cyclicNeeds = check(WORKLOAD_FACTS, (facts) => cyclesIn(planned(facts).workloads));

/** Needs come to an end: of workloads that need each other in a circle, none can be ready first. */
export function* cyclesIn(workloads: readonly PlannedWorkload[]): Iterable<Complaint> {
  const fileOf = (name: string): string =>
    workloads.find((workload) => workload.name === name)?.definition.file ?? name;
  for (const cycle of needCycles(workloads)) {
    const [first = ""] = cycle;
    const files = [...new Set(cycle.map(fileOf))].join(" or ");
    yield {
      path: ["workloads", first],
      atKey: true,
      got: cycle.length === 1 ? "a workload that needs itself" : `a circle of needs: ${[...cycle, first].join(" -> ")}`,
      expected: "needs that come to an end",
      fix: `take a need out of ${files}, or choose another workload for it`,
    };
  }
}
