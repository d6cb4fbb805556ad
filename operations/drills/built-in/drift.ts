import { isDeepStrictEqual } from "node:util";
import { referenceOf } from "../../../sandbox/twin/kinds/kubernetes/manifest.ts";
import { select } from "../../../sandbox/twin/protocol/paths.ts";
import type { Properties } from "../../../sandbox/twin/protocol/values.ts";
import { type Drill, expect, inject, recover, type Step } from "../drill.ts";
import { bringUp, findDrift } from "../engine.ts";
import { whole } from "../expectations.ts";
import type { Scene } from "../scene.ts";

/** Somebody opens the cluster by hand: an object is deleted, another one changed. */
export const drift: Drill = {
  name: "drift",
  summary: "A network policy is deleted and a deployment scaled by hand; a preview finds it and up repairs it",
  pace: 1,
  cases: ({ spec }) =>
    Object.keys(spec.workloads).length === 0
      ? [{ subject: "", missing: "it has no workload" }]
      : [{ subject: "", steps: steps() }],
};

function steps(): Step[] {
  let policy: Properties = {};
  let deployment: Properties = {};
  const found = new Set<string>();
  return [
    inject("a workload's network policy is deleted, and a deployment gets one pod more", async (scene) => {
      policy = await first(scene, "networking.k8s.io/v1", "NetworkPolicy");
      deployment = await first(scene, "apps/v1", "Deployment");
      await scene.remove(referenceOf(policy));
      await scene.scaleByHand(referenceOf(deployment), replicasOf(deployment) + 1);
      scene.say(`${nameOf(policy)} is gone, ${nameOf(deployment)} wants ${replicasOf(deployment) + 1} pods`);
    }),
    inject("the environment is previewed with a refresh", async (scene) => {
      for (const kind of await findDrift(scene)) found.add(kind);
      scene.say(`the preview wants to put right: ${[...found].toSorted().join(", ") || "nothing"}`);
    }),
    expect("the preview names both and nothing else", 0, () => {
      const names = [...found].toSorted().join(", ");
      return names === "Deployment, NetworkPolicy" ? undefined : `it names ${names || "nothing"}`;
    }),
    recover("up, with a refresh", (scene) => bringUp(scene, ["--refresh"])),
    recover("both objects are compared with what they were", async ({ server }) => {
      for (const before of [policy, deployment]) {
        const now = await server.get(referenceOf(before));
        if (!isDeepStrictEqual(now?.["spec"], before["spec"])) throw new Error(`${nameOf(before)} is another one`);
      }
    }),
    whole(),
  ];
}

/** The first of its kind that the fleet has made for a workload. */
async function first(scene: Scene, apiVersion: string, kind: string): Promise<Properties> {
  const selectors = { labelSelector: "splitfleet/workload" };
  const [object] = await scene.server.list({ apiVersion, kind, selectors });
  if (object === undefined) throw new Error(`the cluster has no ${kind} of a workload`);
  return { ...object, apiVersion, kind };
}

const nameOf = (object: Properties): string => {
  const { kind, namespace = "", name } = referenceOf(object);
  return `${kind} ${namespace}/${name}`;
};

const replicasOf = (deployment: Properties): number => Number(select(deployment, "spec.replicas")[0]?.value ?? 1);
