import type { Complaint } from "../../problems.ts";
import { check } from "./check.ts";
import { planned } from "./planned.ts";

/** Every image that a workload runs is pinned in the lock. */
export const lockedImages = check(
  ["environment", "workloads", "models", "lock"],
  function* (facts): Iterable<Complaint> {
    for (const image of planned(facts).images) {
      if (facts.lock.images[image] !== undefined) continue;
      yield {
        inLock: true,
        path: ["images", image],
        got: "nothing",
        expected: "an image reference with its digest",
        fix: `run \`npm run resolve -- ${facts.environment.name}\``,
      };
    }
  },
);
