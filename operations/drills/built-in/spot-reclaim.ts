import { BURST_TIMES } from "../../../sandbox/burst/burst.ts";
import { batchWorkloadOn } from "../../../stacks/workload-facts.ts";
import { type Drill, type DrillCase, expect, inject } from "../drill.ts";
import { whole, workKept } from "../expectations.ts";
import { jobOf, runsOn, smallestType, waking } from "../burst-steps.ts";
import type { Training } from "../training.ts";

const JOB = "spot-reclaim";
/** More than is left of it when the instance goes. */
const WORK = { workSeconds: 1200, checkpointSeconds: 240 };

/** EC2 takes a spot instance back while a job trains on it: the job goes on elsewhere from its last checkpoint. */
export const spotReclaim: Drill = {
  name: "spot-reclaim",
  summary: "EC2 takes back the spot instance that a job trains on, with two minutes of notice",
  cases: (environment) => {
    const pools = Object.entries(environment.spec.pools).filter(([, { kind }]) => kind === "aws");
    if (pools.length === 0) return [{ subject: "", missing: "no pool bursts to AWS" }];
    return pools.map(([pool]) => caseOf(pool, smallestType(environment, pool), batchWorkloadOn(pool, environment)));
  },
};

/** @param own The workload whose job is run; undefined where the pool has none, and one of the drill's own is. */
function caseOf(pool: string, requests: Readonly<Record<string, string>>, own: string | undefined): DrillCase {
  let training: Training | undefined;
  let reclaimed = "";
  let noticeAt = 0;
  return {
    subject: `pool ${pool}`,
    steps: [
      inject(own === undefined ? "a job asks for all GPUs of an instance" : `${own} runs again`, async (scene) => {
        training =
          own === undefined
            ? await scene.submit({ name: JOB, pool, requests }, WORK)
            : await scene.submitAgain(own, JOB, WORK);
      }),
      ...waking(pool, JOB),
      expect("it has written a checkpoint, and worked on", 600, (_view, { clock }) => {
        const done = training?.progress(clock.seconds) ?? 0;
        const needed = WORK.checkpointSeconds + 60;
        return done >= needed ? undefined : `it has worked ${Math.round(done)} of ${needed} s`;
      }),
      inject("EC2 takes the instance back", async (scene) => {
        const view = await scene.look();
        const instance = scene.instancesOf(pool).find(({ id }) => id === runsOn(view, JOB)?.machine);
        if (instance === undefined) throw new Error("the job runs on no instance");
        reclaimed = instance.id;
        noticeAt = scene.clock.seconds;
        scene.reclaim(instance.id);
      }),
      expect("its node takes no more pods", BURST_TIMES.notice, ({ nodes }) => {
        const node = nodes.find(({ machine }) => machine === reclaimed);
        return node === undefined || !node.schedulable ? undefined : `${node.name} is open`;
      }),
      expect("the job's pod has left before the instance goes", BURST_TIMES.notice, ({ nodes, pods }, { clock }) => {
        const node = nodes.find(({ machine }) => machine === reclaimed);
        if (node === undefined)
          return `the instance was gone ${Math.round(clock.seconds - noticeAt)} s after the notice`;
        const left = pods.filter((pod) => pod.job === JOB && pod.node === node.name);
        return left.length === 0 ? undefined : `${left.length} pods are still there`;
      }),
      expect("the instance is gone, its node too", BURST_TIMES.notice + 300, ({ nodes }, scene) => {
        const isThere = scene.instancesOf(pool).some(({ id }) => id === reclaimed);
        return isThere || nodes.some(({ machine }) => machine === reclaimed) ? `${reclaimed} is there` : undefined;
      }),
      expect("another instance comes and the job goes on there", 900, (view) => {
        const node = runsOn(view, JOB);
        return node === undefined || node.machine === reclaimed ? "it has no node yet" : undefined;
      }),
      expect("the job completes", 1800, (view) => jobOf(view, JOB)),
      workKept(() => training, WORK),
      whole(),
    ],
  };
}
