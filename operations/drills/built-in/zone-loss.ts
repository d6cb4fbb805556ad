import { nodesOf } from "../../../sandbox/control-plane/nodes.ts";
import type { Environment } from "../../../stacks/environment-file.ts";
import { type Drill, type DrillCase, inject, type MissingCase, recover } from "../drill.ts";
import { evicted, noticed, whole } from "../expectations.ts";

/** A Hetzner location or an on-prem room goes dark and comes back. */
export const zoneLoss: Drill = {
  name: "zone-loss",
  summary: "Every node of a zone loses its power at once, and it comes back",
  cases: (environment) => {
    const zones = Map.groupBy(nodesOf(environment.spec, environment.lock), ({ labels }) => labels[ZONE] ?? "");
    return [...zones.keys()].map((zone) => caseOf(environment, zone));
  },
};

const ZONE = "topology.kubernetes.io/zone";

function caseOf({ spec, lock }: Environment, zone: string): DrillCase | MissingCase {
  const subject = `zone ${zone}`;
  const nodes = nodesOf(spec, lock);
  const hit = nodes.filter(({ labels }) => labels[ZONE] === zone).map(({ name }) => name);
  const servers = nodes.filter(({ labels }) => "node-role.kubernetes.io/control-plane" in labels);
  const left = servers.filter(({ name }) => !hit.includes(name)).length;
  // etcd goes on with more than half of its members.
  if (left * 2 <= servers.length) {
    return { subject, missing: "with it goes the majority of the k3s servers, so the cluster, which is restored" };
  }
  return {
    subject,
    steps: [
      inject(`all machines of ${zone} lose their power: ${hit.join(", ")}`, (scene) => scene.powerOff(hit)),
      noticed(() => hit),
      evicted(() => hit),
      recover("the power comes back", (scene) => scene.powerOn(hit)),
      whole(),
    ],
  };
}
