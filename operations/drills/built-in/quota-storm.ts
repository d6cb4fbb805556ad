import { type Drill, type DrillCase, expect, inject, recover } from "../drill.ts";
import { whole } from "../expectations.ts";

const FLOOD = "quota-storm";
const PODS = 200;

/** A team asks for far more than its share; the others do not feel it. */
export const quotaStorm: Drill = {
  name: "quota-storm",
  summary: "One team asks for 200 pods on a pool that another team's workload runs on",
  cases: ({ spec }) => {
    const victims = Object.values(spec.workloads).map(({ team, pool }) => ({ team, pool }));
    const cases = Object.keys(spec.teams).flatMap((team): DrillCase[] => {
      const victim = victims.find((other) => other.team !== team);
      return victim === undefined ? [] : [caseOf(team, victim)];
    });
    return cases.length > 0 ? cases : [{ subject: "", missing: "there are no two teams of which one has a workload" }];
  },
};

function caseOf(team: string, victim: { readonly team: string; readonly pool: string }): DrillCase {
  let namespace = "";
  const flooding = (pod: { readonly name: string; readonly namespace: string }): boolean =>
    pod.namespace === namespace && pod.name.startsWith(`${FLOOD}-`);
  let ended = "";
  return {
    subject: `team ${team}`,
    steps: [
      inject(`${team} asks for ${PODS} pods of half a core and 512 MiB on ${victim.pool}`, async (scene) => {
        namespace = await scene.namespaceOf(team);
        const requests = { cpu: "500m", memory: "512Mi" };
        await scene.flood({ namespace, name: FLOOD, pool: victim.pool, requests }, PODS);
      }),
      expect("its quota stops it", 300, ({ pods }, { environment, clock }) => {
        const made = pods.filter(flooding).length;
        const quota = environment.spec.teams[team]?.quota;
        const allowed = Math.min((quota?.cpu ?? 0) * 2, (quota?.memoryGiB ?? 0) * 2, quota?.pods ?? 0);
        if (made > allowed) return `it has ${made} pods, and its quota allows ${allowed}`;
        return clock.seconds > 60 ? undefined : "it is still at it";
      }),
      inject(`a pod of ${victim.team} ends meanwhile`, async (scene) => {
        const view = await scene.look();
        const others = await scene.namespaceOf(victim.team);
        const pod = view?.pods.find(({ namespace: of, workload, ready }) => of === others && workload !== "" && ready);
        if (pod === undefined) throw new Error(`${victim.team} has no pod that runs`);
        ended = pod.name;
        scene.say(`${ended} is deleted`);
        await scene.remove({ apiVersion: "v1", kind: "Pod", namespace: others, name: pod.name });
      }),
      whole(),
      recover(`${team} takes its pods back`, async (scene) => {
        await scene.remove({ apiVersion: "apps/v1", kind: "Deployment", namespace, name: FLOOD });
      }),
      expect("the flood is over", 300, ({ pods }) =>
        pods.some(flooding) ? "some of its pods are still there" : undefined,
      ),
    ],
  };
}
