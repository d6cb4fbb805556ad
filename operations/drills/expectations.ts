import { expect, type Step } from "./drill.ts";
import { minutes } from "./judge.ts";
import type { Training, TrainingPlan } from "./training.ts";
import type { PodView, View } from "./view.ts";

/** What the controllers of Kubernetes 1.36 wait for by default, in seconds. */
const CONTROLLERS = {
  /** `--node-monitor-grace-period`; 50 s, but a hurried control plane takes three minutes, and eight beside other work. */
  notice: 480,
  /** `tolerationSeconds` that admission gives pods for nodes that are not ready. */
  evict: 300,
} as const;

/** Scheduling and starting a pod, with some delay of the machine that simulates it. */
const START = 300;

/** The control plane has found out that nodes are dead. */
export const noticed = (nodes: () => readonly string[]): Step =>
  expect("the control plane notices", CONTROLLERS.notice, ({ nodes: all }) => {
    const ready = all.filter(({ name, ready: isReady }) => isReady && nodes().includes(name));
    return ready.length === 0 ? undefined : `${ready.map(({ name }) => name).join(", ")} is still ready`;
  });

/** No pod counts on a dead node any more. */
export const evicted = (nodes: () => readonly string[]): Step =>
  expect("its pods are given up", CONTROLLERS.notice + CONTROLLERS.evict, ({ pods, workloads }) => {
    // Agents of a node belong to it and are not given up (DaemonSet, "Taints and tolerations").
    const moves = ({ namespace, workload, job }: PodView): boolean =>
      job !== "" || workloads.some((each) => each.name === workload && each.namespace === namespace);
    const left = pods.filter(
      (pod) => nodes().includes(pod.node ?? "") && !pod.terminating && pod.phase === "Running" && moves(pod),
    );
    return left.length === 0 ? undefined : `${left.map(({ name }) => name).join(", ")} still counts as running`;
  });

/** Every workload has all its pods. */
export const whole = (): Step =>
  expect("every workload is whole", START * 2, (view) => {
    const reduced = reducedIn(view);
    return reduced.length === 0 ? undefined : reduced.join("; ");
  });

/** A disruption has cost a job no more than one checkpoint's work. */
export const workKept = (training: () => Training | undefined, { checkpointSeconds }: TrainingPlan): Step =>
  expect("no more than one checkpoint's work was done twice", 0, (_view, scene) => {
    const job = training();
    if (job === undefined) return undefined;
    const lost = Math.round(job.lostSeconds);
    if (lost > checkpointSeconds) return `${minutes(lost)} min were`;
    scene.say(
      `${minutes(lost)} min of work were done twice; a checkpoint was written every ${minutes(checkpointSeconds)}`,
    );
    return undefined;
  });

/** Workloads that have fewer pods than they want, each with what the scheduler says about those that are missing. */
export function reducedIn({ workloads, pods }: View): readonly string[] {
  return workloads
    .filter(({ serving, wanted }) => serving < wanted)
    .map(({ namespace, name, serving, wanted }) => {
      const waiting = pods.find(
        (pod) => pod.workload === name && pod.namespace === namespace && pod.unscheduled !== "",
      );
      const why = waiting === undefined ? "" : `, since ${waiting.unscheduled}`;
      return `${namespace}/${name} has ${serving} of ${wanted}${why}`;
    });
}
