import { type Drill, type DrillCase, expect, inject } from "../drill.ts";
import { jobOf, smallestType, waking } from "../burst-steps.ts";
import type { Scene } from "../scene.ts";

const JOB = "scale-to-zero";
const WORK = { workSeconds: 120, checkpointSeconds: 60 };
/** Cluster Autoscaler keeps a node for ten minutes on which nothing runs; one scan and the end of the instance more. */
const IDLE = 900;
/** What the environment's own jobs do first, and the same once more. */
const QUIET = 1800;

/** A burst pool costs nothing while nothing waits for it, wakes for a job and goes back to sleep. */
export const scaleToZero: Drill = {
  name: "scale-to-zero",
  summary: "A burst pool wakes for a job and goes back to its minimum",
  cases: ({ spec, lock, ...environment }) => {
    const cases = Object.entries(spec.pools).flatMap(([name, pool]): DrillCase[] =>
      pool.kind === "aws" ? [caseOf(name, pool.minimum, smallestType({ ...environment, spec, lock }, name))] : [],
    );
    return cases.length === 0 ? [{ subject: "", missing: "no pool bursts to AWS" }] : cases;
  },
};

function caseOf(pool: string, minimum: number, requests: Readonly<Record<string, string>>): DrillCase {
  const atMinimum = (_view: unknown, scene: Scene): string | undefined => {
    const size = scene.instancesOf(pool).length;
    return size <= minimum ? undefined : `it has ${size} instances`;
  };
  return {
    subject: `pool ${pool}`,
    steps: [
      expect(`the pool has no more than its minimum of ${minimum}`, QUIET, atMinimum),
      inject("a job asks for all GPUs of an instance", async (scene) => {
        await scene.submit({ name: JOB, pool, requests }, WORK);
      }),
      ...waking(pool, JOB),
      expect("the job completes", 600, (view) => jobOf(view, JOB)),
      expect(`the pool is at its minimum of ${minimum} again`, IDLE, atMinimum),
    ],
  };
}
