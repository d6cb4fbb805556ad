import type { ListrTask } from "listr2";
import { loadCatalogue } from "../../plan/pricing/catalogue/load.ts";
import { estimate } from "../../plan/pricing/estimate.ts";
import { record } from "../../plan/recorder/record.ts";
import type { Row } from "../../policies/row.ts";
import { declaredByEnvironment } from "../../sandbox/network-policy/declared.ts";
import { objectsOf } from "../../sandbox/network-policy/manifests.ts";
import { OPERATOR_PASSAGES } from "../../sandbox/network-policy/passages.ts";
import { prove } from "../../sandbox/network-policy/prove.ts";
import type { OperationResult } from "../../sandbox/session/engine.ts";
import type { StateResource } from "../../sandbox/session/state.ts";
import { describeProgress } from "../../sandbox/toolchain/progress.ts";
import { resolveTools } from "../../sandbox/toolchain/resolve.ts";
import { REHEARSAL_TOOLS } from "../../sandbox/toolchain/tools.ts";
import type { Environment, ResolvedEnvironment } from "../../stacks/environment-file.ts";
import { fleet } from "../../stacks/fleet.ts";
import { clusterOf, hasCluster } from "../../stacks/spec/optional-parts.ts";
import { count } from "../../stacks/words.ts";
import type { InterruptListener } from "../interrupt.ts";
import { Progress } from "../progress.ts";
import { runSteps } from "../steps.ts";
import { describeChanges } from "../summary.ts";
import { every, forTerminal } from "../tool-progress.ts";
import { advise } from "./advice.ts";
import { composeReports } from "./compose.ts";
import { nodeReports, quotaReports } from "./nodes.ts";
import { objectReports, problemReports } from "./objects.ts";
import { type Observation, readCluster, untilSettled } from "./observe.ts";
import { podReports } from "./pods.ts";
import type { Advice, FlowsReport, PodReport, RehearsalReport } from "./report.ts";
import { type ClusterTools, Stage } from "./stage.ts";
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
  tools?: ClusterTools;
  stage?: Stage;
  result?: OperationResult;
  resources: readonly StateResource[];
  observation?: Observation;
  flows?: FlowsReport;
}

/**
 * Brings an environment up on the real Kubernetes control plane and says what became of it. Everything that was started
 * has ended, and every file is gone, when this returns or throws.
 *
 * @returns undefined where a person has stopped it
 */
export async function rehearseEnvironment(options: RehearsalOptions): Promise<RehearsalReport | undefined> {
  const { interrupt, progress } = options;
  const started = performance.now();
  const context: Context = { rows: [], resources: [] };
  try {
    await runSteps(tasks(options), context, progress);
  } catch (error) {
    if (!interrupt.interrupted) throw error;
  } finally {
    await context.stage?.close();
  }
  return interrupt.interrupted ? undefined : reportOf(options, context, started);
}

/** @param started When the rehearsal began, in milliseconds of `performance`'s clock */
async function reportOf(options: RehearsalOptions, context: Context, started: number): Promise<RehearsalReport> {
  const { environment } = options;
  const { rows, result, resources, observation, flows = null } = context;
  const inCluster = hasCluster(environment.spec);
  if (result === undefined || (inCluster && observation === undefined)) {
    throw new Error("the rehearsal ended before its report");
  }
  const run = { diagnostics: result.diagnostics, resources };
  const composed = composeReports(rows, environment);
  const evidence = {
    objects: objectReports(rows, run, environment.spec),
    problems: problemReports(rows, run),
    pods: observation === undefined ? composed.pods : podReports(observation.cluster),
    flows,
  };
  const complete = result.finished && observation?.settled !== false;
  return {
    environment: environment.name,
    verdict: verdictOf({ ...evidence, complete, hasPolicies: inCluster }),
    resources: rows.filter(isManaged).length,
    ...evidence,
    nodes: observation === undefined ? composed.nodes : nodeReports(observation.cluster),
    quotas: observation === undefined ? [] : quotaReports(observation.cluster),
    advice: await adviceOn(options, evidence.pods),
    durationMs: Math.round(performance.now() - started),
  };
}

/** Between two lines of progress in a log. */
const LOG_INTERVAL_MS = 5_000;

type Step = (context: Context, task: { title?: string | undefined; output: string }) => Promise<string>;

/** Each step returns what to show once it is done. */
function tasks({ root, environment, interrupt, progress }: RehearsalOptions): ListrTask<Context>[] {
  const signal = interrupt.finish;
  const { spec, lock } = environment;
  const step = (title: string, run: Step): ListrTask<Context> => ({
    title,
    task: async (context, task) => {
      const done = await run(context, task);
      signal.throwIfAborted();
      task.title = done;
    },
  });
  const inCluster = hasCluster(spec);
  const stepInCluster = (title: string, run: Step): ListrTask<Context> => ({
    ...step(title, run),
    enabled: inCluster,
  });
  return [
    step("Plan", async (context) => {
      context.rows = await rowsOf(environment, environment);
      return `Plan: ${count(context.rows.filter(isManaged).length, "resource")}`;
    }),
    step("Tools", async (context, task) => {
      const onProgress = forTerminal((of) => void (task.output = describeProgress(of)));
      const { pulumi } = await resolveTools(["pulumi"], { onProgress });
      context.stage = new Stage({ root, environment, pulumi, signal });
      if (!inCluster) return `Tools: Pulumi ${pulumi.version}`;
      context.tools = await resolveTools(REHEARSAL_TOOLS, { onProgress });
      return `Tools: Pulumi ${pulumi.version}, Kubernetes ${context.tools["kube-apiserver"].version}`;
    }),
    stepInCluster("Kubernetes control plane", async (context) => {
      const nodes = await stageOf(context).startCluster(toolsOf(context));
      return `Kubernetes control plane with ${count(nodes, "simulated node")}`;
    }),
    step("Bring up", async (context, task) => {
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
      return `Bring up: ${describeChanges(context.result.changes)}`;
    }),
    stepInCluster("Watch the scheduler until nothing changes", async (context) => {
      const stage = stageOf(context);
      const server = await stage.apiServer();
      const isBusy = (): boolean => stage.burst.isGrowing;
      context.observation = await untilSettled(() => readCluster(server), { isBusy, signal });
      return `Watch the scheduler: ${count(context.observation.cluster.pods.length, "pod")}`;
    }),
    stepInCluster("Hold network policies to the declared flows", async (context) => {
      const proof = await prove({
        engine: toolsOf(context)["cyclonus-flows"].path,
        declared: declaredByEnvironment(spec, lock),
        passages: OPERATOR_PASSAGES,
        objects: objectsOf(context.rows),
        podRange: clusterOf(spec).podRange,
        signal,
      });
      const differences = proof.differences.map(({ from, to, ...rest }) => ({ ...rest, from: [...from], to: [...to] }));
      context.flows = { declared: proof.flows, policies: proof.policies, differences };
      return `Network policies: ${count(proof.judged, "connection")} judged`;
    }),
  ];
}

const isManaged = ({ custom, type }: Row): boolean => custom && !type.startsWith("pulumi:");

function stageOf({ stage }: Context): Stage {
  if (stage === undefined) throw new Error("the stage comes first");
  return stage;
}

function toolsOf({ tools }: Context): ClusterTools {
  if (tools === undefined) throw new Error("the tools come first");
  return tools;
}

/** What the program makes of an environment that was changed, with the configuration of the one that is rehearsed. */
async function rowsOf(rehearsed: Environment, { spec, lock }: ResolvedEnvironment): Promise<readonly Row[]> {
  const { rows } = await record(rehearsed, () => Promise.resolve(fleet(spec, lock)));
  return rows;
}

async function adviceOn({ environment, today }: RehearsalOptions, pods: readonly PodReport[]): Promise<Advice[]> {
  const catalogue = loadCatalogue({ today });
  const { usage } = environment.spec;
  const price = async (changed: ResolvedEnvironment) =>
    estimate(await rowsOf(environment, changed), { catalogue, usage, today }).cost;
  return advise({ environment, pods, catalogue, price });
}
