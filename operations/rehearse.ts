import type { ListrTask } from "listr2";
import { planEnvironment } from "../plan/plan.ts";
import type { PlanReport } from "../plan/report/contract.ts";
import type { OperationResult } from "../sandbox/session/engine.ts";
import { layoutOf } from "../sandbox/session/layout.ts";
import { openSession, type Session } from "../sandbox/session/session.ts";
import { stackOutputs } from "../sandbox/session/state.ts";
import { describeProgress } from "../sandbox/toolchain/progress.ts";
import { resolveTool, type ResolvedTool } from "../sandbox/toolchain/resolve.ts";
import { beginVault } from "../sandbox/vault/state.ts";
import type { Environment } from "../stacks/environment-file.ts";
import type { Layer } from "../stacks/layering.ts";
import { hasVault } from "../stacks/spec/optional-parts.ts";
import { bringUp, type BringUpOptions } from "./bootstrap/bring-up.ts";
import { down } from "./down.ts";
import type { SweepReport } from "./down/sweep.ts";
import { EXIT } from "./errors.ts";
import type { InterruptListener } from "./interrupt.ts";
import { driftOf, preview, type PreviewOptions } from "./preview.ts";
import { targetsOf } from "./layers/targets.ts";
import { TwinNodeControl } from "./nodes/control-twin.ts";
import { Progress } from "./progress.ts";
import { describeRecovery, recover } from "./recover.ts";
import type { OperationReport, RecoveryReport } from "./report.ts";
import { runSteps } from "./steps.ts";
import { describeChanges } from "./summary.ts";
import { every, forTerminal } from "./tool-progress.ts";

export type RehearsedVerb = "up" | "preview" | "down" | "recover";

export interface RehearsalOptions {
  readonly root: string;
  readonly environment: Environment;
  /** ISO date; decides which prices are out of date. */
  readonly today: string;
  readonly interrupt: InterruptListener;
  /** Where progress goes: in place on a terminal, a line now and then elsewhere. */
  readonly progress: NodeJS.WriteStream;
  /** For `preview`: reads what really exists first, and fails if anything would change. @default false */
  readonly drift?: boolean;
  /** For `up` and `preview`: this layer alone. @default all of them */
  readonly only?: Layer | undefined;
}

export interface RehearsedResult extends OperationResult {
  readonly recovery?: RecoveryReport | undefined;
  /** Of a `down`: what controllers had left. */
  readonly sweep?: SweepReport | undefined;
}

export interface Rehearsal {
  readonly exitCode: number;
  readonly report: OperationReport;
  /** Undefined for `down`, which needs no plan. */
  readonly plan: PlanReport | undefined;
  /** The engine's result; undefined where the plan has stopped the run, or nothing had to be repaired. */
  readonly result: RehearsedResult | undefined;
  readonly session: Session | undefined;
}

interface Context {
  pulumi?: ResolvedTool;
  plan?: PlanReport;
  /** Why there is no plan, and so nothing is run. */
  failure?: unknown;
  session?: Session;
  result?: RehearsedResult;
}

/** Runs a verb against the twin, showing how far it is. The session is closed when this returns. */
export async function rehearse(verb: RehearsedVerb, options: RehearsalOptions): Promise<Rehearsal> {
  const { environment, progress } = options;
  const context: Context = {};
  try {
    await runSteps(tasks(verb, options), context, progress);
  } finally {
    await context.session?.close();
  }
  if (context.failure !== undefined) throw context.failure;
  const { plan, result, session } = context;
  const report: OperationReport = {
    environment: environment.name,
    changes: result?.changes ?? { create: 0, update: 0, replace: 0, delete: 0, same: 0 },
    durationMs: result?.durationMs ?? 0,
    outputs: session === undefined || verb === "preview" ? {} : stackOutputs(session.state()),
    cost: plan?.cost ?? null,
    ...(result?.recovery === undefined ? {} : { recovery: result.recovery }),
  };
  return { exitCode: exitCodeOf(context, options), report, plan, result, session };
}

function exitCodeOf({ plan, result }: Context, { interrupt, drift = false }: RehearsalOptions): number {
  if (interrupt.interrupted) return EXIT.interrupted;
  if (plan?.summary.verdict === "undecided") return EXIT.refused;
  if (plan?.summary.verdict === "findings") return EXIT.failed;
  if (result === undefined) return EXIT.ok;
  return result.exitCode === 0 && !(drift && driftOf({ ...result.changes }) > 0) ? EXIT.ok : EXIT.failed;
}

/** Between two lines of progress in a log. */
const LOG_INTERVAL_MS = 5_000;

const TITLES = { up: "Bring up", preview: "Preview", down: "Destroy", recover: "Repair" } as const;

function tasks(verb: RehearsedVerb, options: RehearsalOptions): ListrTask<Context>[] {
  const { root, environment, today, interrupt, progress, drift = false, only } = options;
  const stopped = ({ plan, failure }: Context): boolean =>
    interrupt.interrupted || failure !== undefined || (plan?.summary.mandatory ?? 0) > 0;
  const planned = verb === "up" || verb === "preview";
  return [
    {
      title: "Plan and price",
      enabled: planned,
      task: async (context, task) => {
        const plan = await planEnvironment(environment, { today }).catch((error: unknown) => {
          context.failure = error;
          throw error;
        });
        context.plan = plan;
        const { mandatory, resources } = plan.summary;
        task.title = `Plan: ${resources} resources, ${plan.cost.expected.monthly} EUR a month expected`;
        if (mandatory > 0) throw new FindingsError(plan);
      },
      exitOnError: false,
    },
    {
      title: "Pulumi CLI",
      skip: stopped,
      task: async (context, task) => {
        context.pulumi = await resolveTool("pulumi", {
          onProgress: forTerminal((progress) => {
            task.output = describeProgress(progress);
          }),
        });
        task.title = `Pulumi CLI ${context.pulumi.version}`;
      },
    },
    {
      title: "Simulated clouds",
      skip: stopped,
      task: async (context) => {
        if (context.pulumi === undefined) throw new Error("the CLI comes first");
        if (verb === "up" && hasVault(environment.spec)) beginVault(layoutOf(root, environment.name).folder);
        context.session = await openSession({ root, environment, pulumi: context.pulumi, node: process.execPath });
      },
    },
    {
      title: TITLES[verb],
      skip: stopped,
      task: async (context, task) => {
        if (context.session === undefined) throw new Error("the session comes first");
        const { plan } = context;
        const counter = new Progress(only === undefined ? plan?.rows.length : undefined);
        const print = (line: string): void => void (task.output = line);
        const show = progress.isTTY ? print : every(LOG_INTERVAL_MS, print);
        context.result = await run(verb, context.session, {
          environment,
          rows: plan?.rows ?? [],
          say: print,
          interrupt,
          drift,
          targets:
            plan === undefined || only === undefined ? undefined : (state) => targetsOf([only], plan.rows, state),
          onEvent: (event) => {
            const line = counter.line(event);
            if (line !== undefined) show(line);
          },
        }).catch((error: unknown) => {
          context.failure = error;
          throw error;
        });
        const { result } = context;
        // Simulated machines boot now: what runs on them stays what it is today, whatever a later lock says.
        if (verb === "up" && result?.exitCode === 0) {
          await new TwinNodeControl(context.session.layout.folder, environment).nodes();
        }
        if (result === undefined) return void (task.title = `${TITLES[verb]}: nothing to repair`);
        const { recovery } = result;
        const repaired = recovery === undefined ? "" : ` (a run had been cut off: ${describeRecovery(recovery)})`;
        task.title = `${TITLES[verb]}: ${describeChanges(result.changes)}${repaired}`;
        if (result.exitCode !== 0) throw new OperationError(TITLES[verb], result);
      },
      exitOnError: false,
    },
  ];
}

async function run(
  verb: RehearsedVerb,
  session: Session,
  { drift, targets, rows, environment, say, ...options }: PreviewOptions & BringUpOptions,
): Promise<Context["result"]> {
  switch (verb) {
    case "up":
      return bringUp(session, { ...options, targets, rows, environment, say });
    case "preview":
      return preview(session, { ...options, targets, drift: drift ?? false });
    case "down":
      return down(session, options);
    case "recover": {
      const recovery = await recover(session);
      if (recovery === undefined) return undefined;
      return { ...(await session.run(["refresh", "--yes"], options)), recovery };
    }
  }
}

/** The plan breaks mandatory rules; nothing was created. */
class FindingsError extends Error {
  constructor({ summary }: PlanReport) {
    super(`${summary.mandatory} findings to resolve first; nothing was created`);
  }
}

class OperationError extends Error {
  constructor(title: string, { exitCode }: OperationResult) {
    super(`${title}: the engine ended with exit code ${exitCode}`);
  }
}
