import { nodesOf, type SimulatedNode } from "../../../sandbox/control-plane/nodes.ts";
import { type Drill, type DrillCase, expect, inject, type MissingCase, recover } from "../drill.ts";
import { whole, workKept } from "../expectations.ts";
import { DRILL_NAMESPACE } from "../probe.ts";
import type { Training } from "../training.ts";
import type { View } from "../view.ts";

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
  const podOf = ({ pods }: View) =>
    pods.find(({ job, namespace, terminating }) => job === JOB && namespace === DRILL_NAMESPACE && !terminating);
  const gpus = (name: string, left: number): SimulatedNode => {
    const node = nodes.find((each) => each.name === name);
    if (node === undefined) throw new Error(`pool ${pool} has no node ${name}`);
    return { ...node, allocatable: { ...node.allocatable, gpus: left } };
  };
  return {
    subject: `pool ${pool}`,
    steps: [
      inject("a job asks for one GPU", async (scene) => {
        const requests = { cpu: "1", memory: "1Gi", "nvidia.com/gpu": "1" };
        training = await scene.submit({ name: JOB, pool, requests }, WORK);
      }),
      expect("it runs and has written a checkpoint", 600, (view, { clock }) => {
        const pod = podOf(view);
        hit = pod?.node ?? "";
        if (pod?.phase !== "Running") return pod?.unscheduled ?? "it has no pod yet";
        return (training?.saved(clock.seconds) ?? 0) > 0 ? undefined : "it has not written one yet";
      }),
      inject("the GPUs of its node fail, and with them whatever uses one", async (scene) => {
        await scene.changeNode(gpus(hit, 0));
        const view = await scene.look();
        const users = (view?.pods ?? []).filter(({ node, gpus: used, phase }) => {
          return node === hit && used > 0 && phase === "Running";
        });
        scene.say(`${hit} reports no GPU; ${users.length} pods fail`);
        for (const pod of users) await scene.failPod(pod, "NVRM: Xid 79, GPU has fallen off the bus");
      }),
      expect("nothing that needs a GPU is put on it", BACK_OFF, (view) => {
        const [next] = view.pods.filter(({ job, phase }) => job === JOB && phase !== "Failed");
        if (next === undefined) return "the job has no new pod yet";
        if (next.node === hit) return `${next.name} was put on ${hit}`;
        return next.node !== undefined || next.unscheduled !== "" ? undefined : "the scheduler has not seen it yet";
      }),
      recover("the GPUs are replaced", async (scene) => {
        if (hit !== "") await scene.changeNode(scene.nodeOf(hit));
      }),
      expect("the job goes on from its checkpoint and completes", 1200, ({ jobs }) => {
        const state = jobs.find(({ name, namespace }) => name === JOB && namespace === DRILL_NAMESPACE)?.state;
        return state === "complete" ? undefined : `it is ${state ?? "gone"}`;
      }),
      workKept(() => training, WORK),
      whole(),
    ],
  };
}
