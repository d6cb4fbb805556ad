import type { ListrTask } from "listr2";
import { setTimeout as sleep } from "node:timers/promises";
import { PACE } from "../../sandbox/control-plane/pace.ts";
import { resolveTools } from "../../sandbox/toolchain/resolve.ts";
import { describeProgress } from "../../sandbox/toolchain/progress.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import { hasCluster } from "../../stacks/spec/optional-parts.ts";
import type { InterruptListener } from "../interrupt.ts";
import { runSteps } from "../steps.ts";
import { forTerminal } from "../tool-progress.ts";
import { Stage, STAGE_TOOLS, type StageTools } from "../rehearsal/stage.ts";
import type { Session } from "../../sandbox/session/session.ts";
import { Clock } from "./clock.ts";
import type { Drill, DrillCase, MissingCase } from "./drill.ts";
import { reducedIn } from "./expectations.ts";
import type { CaseReport, DrillReport } from "./report.ts";
import { verdictOf } from "./report.ts";
import { runCase } from "./run-case.ts";
import { Scene } from "./scene.ts";
import type { View } from "./view.ts";
import { Watch } from "./watch.ts";

export interface DrillOptions {
  readonly root: string;
  readonly environment: Environment;
  readonly drills: readonly Drill[];
  /** Whether they were asked for by name. */
  readonly named: boolean;
  readonly interrupt: InterruptListener;
  /** Where progress goes: in place on a terminal, a line now and then elsewhere. */
  readonly progress: NodeJS.WriteStream;
}

interface Context {
  tools?: StageTools;
  ground?: Ground | undefined;
  problem: string;
  readonly reports: CaseReport[];
}

/** A rehearsed environment that is up. */
interface Ground {
  readonly stage: Stage;
  readonly session: Session;
}

/** How long the cluster may take to be whole before a drill, or between two, on this machine. */
const STEADY_MS = 20_000;
const POLL_MS = 250;

/**
 * Brings an environment up in a rehearsal of its own and runs drills in it, one after the other. One that leaves the
 * environment damaged is followed by a new rehearsal. Nothing is left when this returns or throws.
 *
 * @returns undefined where a person has stopped it
 */
export async function runDrills(options: DrillOptions): Promise<DrillReport | undefined> {
  const { environment, interrupt, progress, named } = options;
  const started = performance.now();
  const context: Context = { problem: "", reports: [] };
  try {
    await runSteps(tasks(options), context, progress);
  } catch (error) {
    if (!interrupt.interrupted) throw error;
  } finally {
    await context.ground?.stage.close();
  }
  if (interrupt.interrupted) return undefined;
  const { problem, reports: drills } = context;
  const durationMs = Math.round(performance.now() - started);
  return { environment: environment.name, verdict: verdictOf({ problem, drills }, named), problem, drills, durationMs };
}

function tasks(options: DrillOptions): ListrTask<Context>[] {
  const { environment, drills } = options;
  const planned = drills.flatMap((drill) => casesOf(drill, environment).map((one) => ({ drill, one })));
  const possible = planned.some(({ one }) => "steps" in one);
  return [
    {
      title: "Tools",
      enabled: possible,
      task: async (context, task) => {
        const onProgress = forTerminal((of) => void (task.output = describeProgress(of)));
        context.tools = await resolveTools(STAGE_TOOLS, { onProgress });
        task.title = `Tools: Pulumi ${context.tools.pulumi.version}, Kubernetes ${context.tools["kube-apiserver"].version}`;
      },
    },
    {
      title: `Bring up ${environment.name}`,
      enabled: possible,
      task: async (context, task) => {
        await ensureGround(context, options);
        task.title = context.problem === "" ? `${environment.name} is up` : `${environment.name} did not come up`;
      },
    },
    ...planned.map(({ drill, one }): ListrTask<Context> => ({
      title: titleOf(drill, one),
      task: async (context, task) => {
        if (context.problem !== "" && "steps" in one) return void (task.title = `${titleOf(drill, one)}: not begun`);
        const report = "missing" in one ? missing(drill, one) : await runOne(drill, one, context, options);
        context.reports.push(report);
        task.title = `${titleOf(drill, one)}: ${report.verdict}`;
      },
    })),
  ];
}

/** Everything that a drill breaks or looks at is the cluster's. */
const casesOf = (drill: Drill, environment: Environment): readonly (DrillCase | MissingCase)[] =>
  hasCluster(environment.spec)
    ? drill.cases(environment)
    : [
        {
          subject: "",
          missing: "its workloads run on Docker Compose: no cluster would notice, move or repair anything",
        },
      ];

const titleOf = ({ name }: Drill, { subject }: DrillCase | MissingCase): string =>
  subject === "" ? name : `${name}, ${subject}`;

const missing = ({ name, pace }: Drill, { subject, missing: reason }: MissingCase): CaseReport => ({
  drill: name,
  subject,
  verdict: "not-here",
  reasons: [reason],
  notes: [],
  recoverySeconds: null,
  pace: pace ?? PACE,
  workloads: [],
  timeline: [],
  durationMs: 0,
});

async function runOne(drill: Drill, one: DrillCase, context: Context, options: DrillOptions): Promise<CaseReport> {
  const { environment, interrupt } = options;
  const { stage, session } = await ensureGround(context, options);
  const started = performance.now();
  const clock = new Clock(drill.pace ?? PACE);
  const server = await stage.apiServer();
  const say = (what: string): void => watch.say("seen", what);
  const signal = interrupt.finish;
  const scene = new Scene({ environment, stage, session, server, clock, say, signal });
  const baseline = await scene.look();
  if (baseline === undefined) throw new Error("the API server is down before the drill has begun");
  const watch = new Watch(clock, baseline);
  const result = await Promise.race([runCase(one, scene, watch), stage.crash()]);
  const { availability, timeline } = watch;
  if (!(await isSteady(scene, baseline, signal))) {
    await stage.close();
    context.ground = undefined;
  }
  const { verdict, reasons, notes, recoverySeconds } = result;
  return {
    drill: drill.name,
    subject: one.subject,
    verdict,
    reasons: [...reasons],
    notes: [...notes],
    recoverySeconds,
    pace: clock.pace,
    workloads: availability.map((each) => ({ ...each, reducedSeconds: Math.round(each.reducedSeconds) })),
    timeline: [...timeline],
    durationMs: Math.round(performance.now() - started),
  };
}

/** Whether the next drill may begin where this one has ended: all workloads whole, the fixed nodes as they were. */
async function isSteady(scene: Scene, { nodes }: View, signal: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + STEADY_MS;
  const fixed = nodes.filter(({ machine }) => !machine.startsWith("twin-i-")).map(({ name }) => name);
  for (;;) {
    signal.throwIfAborted();
    const view = await scene.look();
    const ready = new Set(view?.nodes.filter((node) => node.ready && node.schedulable).map(({ name }) => name));
    if (view !== undefined && reducedIn(view).length === 0 && fixed.every((name) => ready.has(name))) return true;
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
}

/** The rehearsal that is there, or a new one. */
async function ensureGround(context: Context, options: DrillOptions): Promise<Ground> {
  if (context.ground !== undefined) return context.ground;
  const { root, environment, interrupt } = options;
  const { tools } = context;
  if (tools === undefined) throw new Error("the tools come first");
  const signal = interrupt.finish;
  const stage = new Stage({ root, environment, pulumi: tools.pulumi, hurried: true, signal });
  try {
    await stage.startCluster(tools);
    const session = await stage.openSession();
    context.ground = { stage, session };
    const run = session.run(["up", "--yes", "--skip-preview"], { interrupt });
    const { exitCode, diagnostics } = await Promise.race([run, stage.crash()]);
    const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message.trim());
    if (exitCode !== 0) context.problem = `the environment does not come up: ${errors[0] ?? "the engine has failed"}`;
    return context.ground;
  } catch (error) {
    context.ground = undefined;
    await stage.close();
    throw error;
  }
}
