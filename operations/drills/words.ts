import { count } from "../../stacks/words.ts";
import type { DrillReport } from "./report.ts";

/** One sentence for each verdict. */
export function verdictText({ verdict, problem, drills }: DrillReport): string {
  const number = (of: (typeof drills)[number]["verdict"]): number =>
    drills.filter((each) => each.verdict === of).length;
  const absent = number("not-here") === 0 ? "" : `, ${number("not-here")} can not be had here`;
  switch (verdict) {
    case "passed":
      return `${count(number("passed"), "drill")} passed${absent}`;
    case "failed":
      return `${number("failed")} of ${count(number("failed") + number("passed"), "drill")} failed${absent}`;
    case "undecided":
      return problem === "" ? `${count(number("passed"), "drill")} passed${absent}` : problem;
  }
}
