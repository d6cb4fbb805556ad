import { nodesOf } from "../../../sandbox/control-plane/nodes.ts";
import { clusterOf } from "../../../stacks/spec/optional-parts.ts";
import { type Drill, type DrillCase, expect, inject, recover } from "../drill.ts";
import { reducedIn, whole } from "../expectations.ts";
import { nextMinor, upgradeOrder } from "../../upgrade-order.ts";
import type { Scene } from "../scene.ts";
import { setTimeout as sleep } from "node:timers/promises";

const DRAIN_SECONDS = 600;
const POLL_MS = 250;

/** k3s goes one minor up: servers first, one node at a time, and no workload below its disruption budget. */
export const upgrade: Drill = {
  name: "upgrade",
  summary: "Every node goes one minor of k3s up, one at a time, servers first",
  cases: ({ spec, lock }) => [caseOf(clusterOf(spec).version, nodesOf(spec, lock))],
};

function caseOf(version: string, nodes: ReturnType<typeof nodesOf>): DrillCase {
  const target = nextMinor(version);
  const skipped = nextMinor(target);
  const done: string[] = [];
  const isServer = (name: string): boolean =>
    nodes.some((node) => node.name === name && "node-role.kubernetes.io/control-plane" in node.labels);
  const members = nodes.map(({ name }) => ({ name, version, isServer: isServer(name) }));
  return {
    subject: `${version} to ${target}`,
    steps: [
      inject(`an upgrade to ${skipped} is asked for, which skips a minor`, (scene) => {
        try {
          upgradeOrder(members, skipped);
        } catch (error) {
          scene.say(`it is refused: ${error instanceof Error ? error.message : String(error)}`);
          return Promise.resolve();
        }
        throw new Error("it was not refused");
      }),
      inject(`the nodes are upgraded to ${target}`, async (scene) => {
        for (const name of upgradeOrder(members, target)) {
          const pool = nodes.find((node) => node.name === name)?.pool;
          const isAlone = nodes.filter((node) => node.pool === pool).length === 1;
          await upgradeNode(scene, { name, version: target, podsStay: isServer(name) || isAlone });
          done.push(name);
        }
      }),
      expect("every node runs the new version", 300, (view) => {
        const behind = view.nodes.filter((node) => done.includes(node.name) && node.version !== target);
        return behind.length === 0 ? undefined : `${behind.map(({ name }) => name).join(", ")} does not`;
      }),
      expect("servers went first", 0, () => {
        const firstAgent = done.findIndex((name) => !isServer(name));
        const lastServer = done.findLastIndex(isServer);
        return firstAgent === -1 || lastServer < firstAgent
          ? undefined
          : `${done[firstAgent] ?? ""} went before a server`;
      }),
      whole(),
      recover("the nodes get their version back, which only a simulation can", async (scene) => {
        for (const name of done) await scene.changeNode(scene.nodeOf(name));
      }),
    ],
  };
}

interface NodeUpgrade {
  readonly name: string;
  readonly version: string;
  /** As `npm run upgrade` leaves those of a server, and of a node that is alone in its pool: k3s ends no pods. */
  readonly podsStay: boolean;
}

/** Cordon, drain, upgrade, uncordon; the next one only once every workload is whole again. */
async function upgradeNode(scene: Scene, { name, version, podsStay }: NodeUpgrade): Promise<void> {
  await scene.cordon(name);
  try {
    const left = podsStay ? [] : await scene.drain(name, DRAIN_SECONDS);
    if (left.length > 0) throw new Error(`${left.join(", ")} did not leave ${name} in ${DRAIN_SECONDS / 60} minutes`);
    await scene.changeNode({ ...scene.nodeOf(name), kubeletVersion: version });
  } finally {
    await scene.uncordon(name);
  }
  const end = scene.clock.seconds + DRAIN_SECONDS;
  for (;;) {
    scene.signal.throwIfAborted();
    const view = await scene.look();
    const reduced = view === undefined ? ["the API server is down"] : reducedIn(view);
    if (reduced.length === 0) return;
    if (scene.clock.seconds > end) throw new Error(`after ${name}: ${reduced.join("; ")}`);
    await sleep(POLL_MS);
  }
}
