import { isDeepStrictEqual } from "node:util";
import { describeReference, referenceOf } from "../../../sandbox/twin/kinds/kubernetes/manifest.ts";
import type { StateResource } from "../../../sandbox/session/state.ts";
import { select } from "../../../sandbox/twin/protocol/paths.ts";
import { isObject, type Properties, type Value } from "../../../sandbox/twin/protocol/values.ts";
import { type Drill, expect, inject, recover, type Step } from "../drill.ts";
import { bringUp, findDrift, type Targets } from "../engine.ts";
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
  let targets: Targets = [];
  const found = new Set<string>();
  return [
    inject("a workload's network policy is deleted, and a deployment gets one pod more", async (scene) => {
      const [own, open] = [
        firstWith(scene, "apps/v1:Deployment"),
        firstWith(scene, "networking.k8s.io/v1:NetworkPolicy"),
      ];
      deployment = await read(scene, own);
      policy = await read(scene, open);
      targets = objectsOf(scene, [own, open]);
      await scene.remove(referenceOf(policy));
      await scene.scaleByHand(referenceOf(deployment), replicasOf(deployment) + 1);
      scene.say(`${nameOf(policy)} is gone, ${nameOf(deployment)} wants ${replicasOf(deployment) + 1} pods`);
    }),
    inject("the environment is previewed with a refresh", async (scene) => {
      for (const kind of await findDrift(scene, targets)) found.add(kind);
      scene.say(`the preview wants to put right: ${[...found].toSorted().join(", ") || "nothing"}`);
    }),
    expect("the preview names both and nothing else of their workloads", 0, () => {
      const names = [...found].toSorted().join(", ");
      return names === "Deployment, NetworkPolicy" ? undefined : `it names ${names || "nothing"}`;
    }),
    recover("up, with a refresh", (scene) => bringUp(scene, targets, { refresh: true })),
    recover("both objects are compared with what they were", async ({ server }) => {
      for (const before of [policy, deployment]) {
        const now = await server.get(referenceOf(before));
        if (!isDeepStrictEqual(now?.["spec"], before["spec"])) throw new Error(`${nameOf(before)} is another one`);
      }
    }),
    whole(),
  ];
}

/** The first of its kind that the fleet has made for a workload; of deployments, one that nothing else scales. */
function firstWith(scene: Scene, type: string): StateResource {
  const resources = scene.session.state().resources ?? [];
  const found = resources.find(
    (each) =>
      each.type === `kubernetes:${type}` &&
      workloadOf(each) !== undefined &&
      (!type.endsWith(":Deployment") || select(inputsOf(each), "spec.replicas").length > 0),
  );
  if (found === undefined) throw new Error(`the fleet has no ${type} of a workload`);
  return found;
}

/** Every object of the workloads that the resources belong to. */
function objectsOf(scene: Scene, touched: readonly StateResource[]): Targets {
  const workloads = touched.map(workloadOf);
  return (scene.session.state().resources ?? []).flatMap((each) =>
    workloadOf(each) !== undefined && workloads.includes(workloadOf(each)) ? [each.urn] : [],
  );
}

const inputsOf = ({ inputs = {} }: StateResource): Properties => inputs;

const workloadOf = (resource: StateResource): Value | undefined =>
  select(inputsOf(resource), "metadata.labels")
    .flatMap(({ value }) => (isObject(value) ? [value["splitfleet/workload"]] : []))
    .at(0);

/** The object as the cluster has it. */
async function read({ server }: Scene, resource: StateResource): Promise<Properties> {
  const reference = referenceOf(inputsOf(resource));
  const object = await server.get(reference);
  if (object === undefined) throw new Error(`the cluster has no ${describeReference(reference)}`);
  return { ...object, apiVersion: reference.apiVersion, kind: reference.kind };
}

const nameOf = (object: Properties): string => describeReference(referenceOf(object));

const replicasOf = (deployment: Properties): number => Number(select(deployment, "spec.replicas")[0]?.value ?? 1);
