import type { Environment } from "../../stacks/environment-file.ts";
import { machineOf } from "../../stacks/spec/machines.ts";
import { entryOf } from "../../stacks/spec/of-kind.ts";
import { expect, type Step } from "./drill.ts";
import type { NodeView, View } from "./view.ts";

/** What a job asks for that takes all GPUs of the pool's smallest instance, or a core where it has none. */
export function smallestType({ spec, lock }: Environment, pool: string): Readonly<Record<string, string>> {
  const gpus = machineOf(pool, entryOf("pools", spec.pools, pool), lock)?.gpus ?? 0;
  return { cpu: "1", memory: "1Gi", ...(gpus === 0 ? {} : { "nvidia.com/gpu": String(gpus) }) };
}

/** A node comes for the job, and the job runs on it. */
export const waking = (pool: string, job: string): readonly Step[] => [
  expect("Cluster Autoscaler asks for an instance", 300, (_view, scene) =>
    scene.instancesOf(pool).length > 0 ? undefined : "the tags of its group describe no node that the job would fit",
  ),
  expect("its node joins and the job runs", 900, (view) => {
    if (runsOn(view, job) !== undefined) return undefined;
    const waiting = view.pods.find((pod) => pod.job === job);
    return waiting === undefined ? "the job has no pod" : waiting.unscheduled || `its pod is ${waiting.phase}`;
  }),
];

/** The node of a drill's job; undefined while it runs nowhere. */
export function runsOn(view: View | undefined, job: string): NodeView | undefined {
  const pod = view?.pods.find(({ job: of, phase, terminating }) => of === job && phase === "Running" && !terminating);
  return pod === undefined ? undefined : view?.nodes.find(({ name }) => name === pod.node);
}

/** Why a drill's job is not complete. */
export function jobOf({ jobs }: View, job: string): string | undefined {
  const state = jobs.find(({ name }) => name === job)?.state;
  return state === "complete" ? undefined : `it is ${state ?? "gone"}`;
}
