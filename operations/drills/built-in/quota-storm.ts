import type { Environment } from "../../../stacks/environment-file.ts";
import { machineOf } from "../../../stacks/spec/machines.ts";
import { entryOf } from "../../../stacks/spec/of-kind.ts";
import { queuedPools, roomOf } from "../../../stacks/spec/queues.ts";
import type { Scene } from "../scene.ts";
import type { JobView, View } from "../view.ts";
import { type Drill, type DrillCase, expect, inject, recover } from "../drill.ts";
import { whole } from "../expectations.ts";

const FLOOD = "quota-storm";
const PODS = 200;

/** A team asks for far more than its share; the others do not feel it. */
export const quotaStorm: Drill = {
  name: "quota-storm",
  summary: "One team asks for 200 pods on a pool that another team's workload runs on",
  cases: (environment) => {
    const { spec } = environment;
    const victims = Object.values(spec.workloads).map(({ team, pool }) => ({ team, pool }));
    const cases = Object.keys(spec.teams).flatMap((team): DrillCase[] => {
      const victim = victims.find((other) => other.team !== team);
      return victim === undefined ? [] : [caseOf(team, victim)];
    });
    const all = [...cases, ...queueCases(environment)];
    return all.length > 0 ? all : [{ subject: "", missing: "there are no two teams of which one has a workload" }];
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

const RUN = { workSeconds: 3600, checkpointSeconds: 600 };
const RUNS = 20;

/** On each pool with queues: a team without a share of it sends many runs, and one with a share wants it. */
function queueCases(environment: Environment): DrillCase[] {
  const { teams } = environment.spec;
  return [...queuedPools(teams)].flatMap((pool): DrillCase[] => {
    const { gpus } = machineOf(pool, entryOf("pools", environment.spec.pools, pool), environment.lock) ?? { gpus: 0 };
    const owner = Object.keys(teams).find((team) => (teams[team]?.shares[pool] ?? 0) > 0);
    const flood = Object.keys(teams).find((team) => team !== owner && (teams[team]?.quota.gpus ?? 0) > 0);
    if (gpus === 0 || owner === undefined || flood === undefined) return [];
    return [queueCase({ pool, gpus, owner, flood, share: teams[owner]?.shares[pool] ?? 0 }, environment)];
  });
}

interface Queued {
  readonly pool: string;
  /** Of one instance. */
  readonly gpus: number;
  readonly owner: string;
  readonly flood: string;
  readonly share: number;
}

function queueCase({ pool, gpus, owner, flood, share }: Queued, { spec, lock }: Environment): DrillCase {
  const runs = (view: View, of: string): readonly JobView[] =>
    view.jobs.filter(({ name, state }) => name.startsWith(`${FLOOD}-${of}-`) && state === "active");
  const admitted = (view: View, of: string): number => runs(view, of).filter(({ suspended }) => !suspended).length;
  const limit = spec.teams[flood]?.quota.gpus ?? 0;
  const room = roomOf(pool, entryOf("pools", spec.pools, pool), lock)?.gpus ?? 0;
  const wanted = Math.floor((room * share) / gpus);
  const send = async (scene: Scene, team: string, number: number, each: number): Promise<void> => {
    const namespace = await scene.namespaceOf(team);
    const requests = { cpu: "1", memory: "1Gi", "nvidia.com/gpu": String(each) };
    for (let index = 1; index <= number; index++) {
      await scene.submitToQueue({ namespace, name: `${FLOOD}-${team}-${index}`, pool, requests }, RUN);
    }
  };
  return {
    subject: `queues of ${pool}, team ${flood}`,
    steps: [
      inject(`${flood} sends ${RUNS} runs of a GPU each to ${pool}, of which ${owner} has reserved a share`, (scene) =>
        send(scene, flood, RUNS, 1),
      ),
      expect(`Kueue lends it ${Math.min(limit, RUNS)} GPUs that nobody uses, and no more`, 600, (view, { clock }) => {
        const now = admitted(view, flood);
        if (now === Math.min(limit, RUNS) && clock.seconds > 120) return undefined;
        return `${now} of its runs are admitted`;
      }),
      inject(`${owner} wants all that it has reserved: ${wanted} runs of ${gpus} GPUs`, (scene) =>
        send(scene, owner, wanted, gpus),
      ),
      expect(`Kueue gives ${owner} its share back: all its runs go on`, 600, (view) => {
        const now = admitted(view, owner);
        return now === wanted ? undefined : `${now} of ${wanted} are admitted`;
      }),
      expect("their pods run", 1200, ({ pods }) => {
        const running = pods.filter(({ job, phase }) => job.startsWith(`${FLOOD}-${owner}-`) && phase === "Running");
        return running.length === wanted ? undefined : `${running.length} of ${wanted} do`;
      }),
      whole(),
    ],
  };
}
