import { nodesOf } from "../../../sandbox/control-plane/nodes.ts";
import type { Environment } from "../../../stacks/environment-file.ts";
import { type Drill, type DrillCase, inject, type MissingCase, recover } from "../drill.ts";
import { evicted, noticed, whole } from "../expectations.ts";
import type { View } from "../view.ts";

/** A machine dies without a word: its pods move where they can, and what is bound to its disk waits for a new one. */
export const nodeLoss: Drill = {
  name: "node-loss",
  summary: "The busiest node of a pool loses its power and is replaced",
  cases: (environment) =>
    Object.entries(environment.spec.pools)
      .filter(([, { kind }]) => kind === "hetzner" || kind === "onprem")
      .map(([pool]) => caseOf(environment, pool)),
};

function caseOf({ spec, lock }: Environment, pool: string): DrillCase | MissingCase {
  const subject = `pool ${pool}`;
  const nodes = nodesOf(spec, lock);
  const own = nodes.filter((node) => node.pool === pool);
  const servers = nodes.filter(({ labels }) => "node-role.kubernetes.io/control-plane" in labels);
  if (own.length === 0) return { subject, missing: "none of its nodes joins the cluster" };
  if (servers.length < 3 && own.every((node) => servers.includes(node))) {
    return { subject, missing: "its nodes are the only k3s servers: with them goes the cluster, not a node of it" };
  }
  let lost = "";
  const names = (): string[] => [lost];
  return {
    subject,
    steps: [
      inject("the busiest node loses its power", async (scene) => {
        const view = await scene.look();
        lost = busiest(
          view,
          own.map(({ name }) => name),
        );
        scene.say(`${lost} is off`);
        await scene.powerOff([lost]);
      }),
      noticed(names),
      evicted(names),
      recover("a new machine with an empty disk takes its place", (scene) => scene.replaceMachines(names())),
      whole(),
    ],
  };
}

/** The node that most of the workloads' pods and volumes are bound to; with none, the first. */
function busiest(view: View | undefined, names: readonly string[]): string {
  const load = (name: string): number => {
    const pods = (view?.pods ?? []).filter(({ node, workload, ready }) => node === name && workload !== "" && ready);
    return pods.length + (view?.claims ?? []).filter(({ node }) => node === name).length;
  };
  const [most] = names.toSorted((a, b) => load(b) - load(a));
  if (most === undefined) throw new Error("the pool has no node");
  return most;
}
