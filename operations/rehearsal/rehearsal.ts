import { Listr, ListrLogger, ProcessOutput, type ListrTask } from "listr2";
import { loadCatalogue } from "../../plan/pricing/catalogue/load.ts";
import { estimate } from "../../plan/pricing/estimate.ts";
import { record } from "../../plan/recorder/record.ts";
import type { Row } from "../../policies/row.ts";
import { declaredByEnvironment } from "../../sandbox/network-policy/declared.ts";
import { objectsOf } from "../../sandbox/network-policy/manifests.ts";
import { prove } from "../../sandbox/network-policy/prove.ts";
import type { OperationResult } from "../../sandbox/session/engine.ts";
import type { StateResource } from "../../sandbox/session/state.ts";
import { describeProgress } from "../../sandbox/toolchain/progress.ts";
import { resolveTools } from "../../sandbox/toolchain/resolve.ts";
import type { Environment, ResolvedEnvironment } from "../../stacks/environment-file.ts";
import { fleet } from "../../stacks/fleet.ts";
import { count } from "../../stacks/words.ts";
import type { InterruptListener } from "../interrupt.ts";
import { Progress } from "../progress.ts";
import { describeChanges } from "../summary.ts";
import { every, forTerminal } from "../tool-progress.ts";
import { advise, growingPools } from "./advice.ts";
import { nodeReports, quotaReports } from "./nodes.ts";
import { objectReports, problemReports } from "./objects.ts";
import { type Observation, readCluster, untilSettled } from "./observe.ts";
import { podReports } from "./pods.ts";
import type { Advice, FlowsReport, RehearsalReport } from "./report.ts";
import { Stage, STAGE_TOOLS, type StageTools } from "./stage.ts";
import { verdictOf } from "./verdict.ts";

export interface RehearsalOptions {
  readonly root: string;
  readonly environment: Environment;
  /** ISO date; decides which prices hold. */
  readonly today: string;
  readonly interrupt: InterruptListener;
  /** Where progress goes: in place on a terminal, a line now and then elsewhere. */
  readonly progress: NodeJS.WriteStream;
}

interface Context {
  rows: readonly Row[];
  tools?: StageTools;
  stage?: Stage;
  result?: OperationResult;
  resources: readonly StateResource[];
  observation?: Observation;
  flows?: FlowsReport;
  advice: Advice[];
}

/**
 * Brings an environment up on the real Kubernetes control plane and says what became of it. Everything that was started
 * has ended, and every file is gone, when this returns or throws.
 *
 * @returns undefined where a person has stopped it
 */
export async function rehearseEnvironment(options: RehearsalOptions): Promise<RehearsalReport | undefined> {
  const { environment, interrupt, progress } = options;
  const started = performance.now();
  const context: Context = { rows: [], resources: [], advice: [] };
  const logger = new ListrLogger({ useIcons: true, processOutput: new ProcessOutput(progress, progress) });
  const listr = new Listr<Context>(tasks(options), {
    ctx: context,
    concurrent: false,
    registerSignalListeners: false,
    rendererOptions: { logger },
    fallbackRenderer: "simple",
    fallbackRendererCondition: !progress.isTTY,
    fallbackRendererOptions: { logger },
  });
  try {
    await listr.run();
  } catch (error) {
    if (!interrupt.interrupted) throw error;
  } finally {
    await context.stage?.close();
  }
  return interrupt.interrupted ? undefined : reportOf(environment, context, Math.round(performance.now() - started));
}

function reportOf(environment: Environment, context: Context, durationMs: number): RehearsalReport {
  const { rows, result, resources, observation, advice, flows = null } = context;
  if (result === undefined || observation === undefined) throw new Error("the rehearsal ended before its report");
  const run = { diagnostics: result.diagnostics, resources };
  const evidence = {
    objects: objectReports(rows, run, environment.spec),
    problems: problemReports(rows, run),
    pods: podReports(observation.cluster),
    flows,
  };
  const complete = result.finished && observation.settled;
  return {
    environment: environment.name,
    verdict: verdictOf({ ...evidence, complete, growing: growingPools(environment) }),
    ...evidence,
    nodes: nodeReports(observation.cluster),
    quotas: quotaReports(observation.cluster),
    advice,
    durationMs,
  };
}

/** Between two lines of progress in a log. */
const LOG_INTERVAL_MS = 5_000;

function tasks(options: RehearsalOptions): ListrTask<Context>[] {
  const { root, environment, today, interrupt, progress } = options;
  const signal = interrupt.finish;
  const stopped = (): boolean => interrupt.interrupted;
  const stageOf = ({ stage }: Context): Stage => {
    if (stage === undefined) throw new Error("the stage comes first");
    return stage;
  };
  const rowsOf = async ({ spec, lock }: ResolvedEnvironment): Promise<readonly Row[]> =>
    (await record(environment, () => Promise.resolve(fleet(spec, lock)))).rows;
  return [
    {
      title: "Plan",
      task: async (context, task) => {
        context.rows = await rowsOf(environment);
        task.title = `Plan: ${count(context.rows.filter(({ custom }) => custom).length, "resource")}`;
      },
    },
    {
      title: "Tools",
      skip: stopped,
      task: async (context, task) => {
        const onProgress = forTerminal((of) => void (task.output = describeProgress(of)));
        context.tools = await resolveTools(STAGE_TOOLS, { onProgress });
        const { pulumi, "kube-apiserver": kubernetes } = context.tools;
        task.title = `Tools: Pulumi ${pulumi.version}, Kubernetes ${kubernetes.version}`;
      },
    },
    {
      title: "Kubernetes control plane",
      skip: stopped,
      task: async (context, task) => {
        if (context.tools === undefined) throw new Error("the tools come first");
        context.stage = new Stage({ root, environment, tools: context.tools, signal });
        const nodes = await context.stage.startCluster();
        task.title = `Kubernetes control plane with ${count(nodes, "simulated node")}`;
      },
    },
    {
      title: "Bring up",
      skip: stopped,
      task: async (context, task) => {
        const stage = stageOf(context);
        const session = await stage.openSession();
        const counter = new Progress(context.rows.length);
        const print = (line: string): void => void (task.output = line);
        const show = progress.isTTY ? print : every(LOG_INTERVAL_MS, print);
        const run = session.run(["up", "--yes", "--skip-preview", "--continue-on-error"], {
          interrupt,
          onEvent: (event) => {
            const line = counter.line(event);
            if (line !== undefined) show(line);
          },
        });
        context.result = await Promise.race([run, stage.crash()]);
        context.resources = session.state().resources ?? [];
        task.title = `Bring up: ${describeChanges(context.result.changes)}`;
      },
    },
    {
      title: "Watch the scheduler until nothing changes",
      skip: stopped,
      task: async (context, task) => {
        const server = await stageOf(context).apiServer();
        context.observation = await untilSettled(() => readCluster(server), { signal });
        task.title = `Watch the scheduler: ${count(context.observation.cluster.pods.length, "pod")}`;
      },
    },
    {
      title: "Hold network policies to the declared flows",
      skip: stopped,
      task: async (context, task) => {
        const { spec, lock } = environment;
        const declared = declaredByEnvironment(spec, lock);
        const engine = context.tools?.["cyclonus-flows"].path ?? "";
        const { podRange } = spec.cluster;
        const proof = await prove({ engine, declared, objects: objectsOf(context.rows), podRange, signal });
        const differences = proof.differences.map(({ from, to, ...rest }) => ({ ...rest, from: [...from], to: [...to] }));
        context.flows = { declared: proof.flows, policies: proof.policies, differences };
        task.title = `Network policies: ${count(proof.judged, "connection")} judged`;
      },
    },
    {
      title: "Look for the cheapest change that fits",
      skip: ({ observation }) =>
        stopped() || observation === undefined || podReports(observation.cluster).every(({ reason }) => reason === ""),
      task: async (context) => {
        if (context.observation === undefined) return;
        const catalogue = loadCatalogue({ today });
        const { usage } = environment.spec;
        context.advice = await advise({
          environment,
          pods: podReports(context.observation.cluster),
          catalogue,
          price: async (changed) => estimate(await rowsOf(changed), { catalogue, usage, today }).cost,
        });
      },
    },
  ];
}
