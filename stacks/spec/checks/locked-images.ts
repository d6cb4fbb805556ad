import type { Complaint } from "../../problems.ts";
import { check } from "./check.ts";
import { planned, WORKLOAD_FACTS } from "./planned.ts";

/** Every image that a workload runs is pinned in the lock. */
export const lockedImages = check([...WORKLOAD_FACTS, "lock"], function* (facts): Iterable<Complaint> {
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
});
