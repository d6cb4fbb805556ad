import { nodesOf, type SimulatedNode } from "../../../sandbox/control-plane/nodes.ts";
import { type Drill, type DrillCase, expect, inject, type MissingCase, recover } from "../drill.ts";
import { count } from "../../../stacks/words.ts";
import { jobOf } from "../burst-steps.ts";
import { whole, workKept } from "../expectations.ts";
import { DRILL_NAMESPACE } from "../probe.ts";
import type { Training } from "../training.ts";
import type { PodView, View } from "../view.ts";

const JOB = "gpu-loss";
/** The controller of jobs waits ten seconds after a failure, which nothing hurries: they show as ten minutes. */
const BACK_OFF = 900;
const WORK = { workSeconds: 600, checkpointSeconds: 120 };

/** A GPU falls off the bus: its device plugin reports one less, and what ran on it fails. */
export const gpuLoss: Drill = {
  name: "gpu-loss",
  summary: "The GPUs of an on-prem node fail under a job, and are replaced",
  cases: ({ spec, lock }) => {
    const withGpus = nodesOf(spec, lock).filter(({ capacity }) => capacity.gpus > 0);
    const pools = Map.groupBy(withGpus, ({ pool }) => pool);
    if (pools.size === 0) return [{ subject: "", missing: "no pool of its own machines has a GPU" }];
    return [...pools].map(([pool, nodes]) => caseOf(pool, nodes));
  },
};

function caseOf(pool: string, nodes: readonly SimulatedNode[]): DrillCase | MissingCase {
  let training: Training | undefined;
  let hit = "";
  let users = 0;
  const names = nodes.map(({ name }) => name);
  const usersOf = ({ pods }: View): readonly PodView[] =>
    pods.filter(
      ({ gpus, phase, terminating }) => gpus > 0 && (phase === "Running" || phase === "Pending") && !terminating,
    );
  const usedOn = (view: View, name: string): number =>
    usersOf(view).reduce((sum, { node, gpus }) => sum + (node === name ? gpus : 0), 0);
  return {
    subject: `pool ${pool}`,
    steps: [
      inject("a job asks for one GPU, where one is free", async (scene) => {
        const view = await scene.look();
        const isFree = view?.nodes.some(({ name, gpus }) => names.includes(name) && gpus > usedOn(view, name));
        if (isFree !== true) return scene.say("every GPU of the pool is taken by workloads: they are hit");
        const requests = { cpu: "1", memory: "1Gi", "nvidia.com/gpu": "1" };
        training = await scene.submit({ name: JOB, pool, requests }, WORK);
      }),
      expect("something runs on a GPU; the job has written a checkpoint", 600, (view, { clock }) => {
        const pods = usersOf(view).filter(({ node }) => names.includes(node ?? ""));
        const pod = pods.find(({ job, namespace }) => job === JOB && namespace === DRILL_NAMESPACE) ?? pods[0];
        hit = pod?.node ?? "";
        if (pod?.phase !== "Running") return "nothing runs on a GPU of the pool yet";
        return training === undefined || training.saved(clock.seconds) > 0 ? undefined : "it has not written one yet";
      }),
      inject("the GPUs of its node fail, and with them whatever uses one", async (scene) => {
        const node = scene.nodeOf(hit);
        await scene.changeNode({ ...node, allocatable: { ...node.allocatable, gpus: 0 } });
        const view = await scene.look();
        const all = view === undefined ? [] : usersOf(view);
        users = all.length;
        const failing = all.filter((pod) => pod.node === hit);
        scene.say(`${hit} reports no GPU; ${count(failing.length, "pod")} fail`);
        for (const pod of failing) await scene.failPod(pod, "NVRM: Xid 79, GPU has fallen off the bus");
      }),
      expect("nothing that needs a GPU is put on it", BACK_OFF, (view) => {
        const live = usersOf(view);
        const wrong = live.filter(({ node }) => node === hit);
        if (wrong.length > 0) return `${wrong.map(({ name }) => name).join(", ")} is on ${hit}`;
        const placed = live.filter(({ node, unscheduled }) => node !== undefined || unscheduled !== "");
        return placed.length >= users ? undefined : "not every pod that has failed has a successor yet";
      }),
      recover("the GPUs are replaced", async (scene) => {
        if (hit !== "") await scene.changeNode(scene.nodeOf(hit));
      }),
      expect("the job goes on from its checkpoint and completes", 1200, (view) =>
        training === undefined ? undefined : jobOf(view, JOB),
      ),
      workKept(() => training, WORK),
      whole(),
    ],
  };
}
