import { today } from "../../../plan/today.ts";
import type { Environment } from "../../../stacks/environment-file.ts";
import { confirm } from "../../confirm.ts";
import { EXIT } from "../../errors.ts";
import { InterruptListener } from "../../interrupt.ts";
import { declaredNodes } from "../inventory.ts";
import { type NodesOptions, openFleet } from "../open-fleet.ts";
import { componentOf, prepare } from "./prepare.ts";
import { replaceNode, ReplacementError } from "./replace.ts";
import { describeOutcome, describePlan, type ReplaceReport } from "./report.ts";
import { STEP_TEXTS } from "./steps.ts";

export interface RunReplaceOptions extends NodesOptions {
  /** The node's name, with or without the environment's. */
  readonly node: string;
  readonly dryRun: boolean;
  /** Agrees beforehand, as in CI. */
  readonly yes: boolean;
  readonly json: boolean;
  /** Workloads whose data may go without a backup. */
  readonly deleteData: readonly string[];
}

/** Replaces one node, or goes on where the last run was interrupted. Returns the exit code. */
export async function runReplace(environment: Environment, options: RunReplaceOptions): Promise<number> {
  const { rehearsed, dryRun, yes, json } = options;
  const say = (text: string): void => void process.stderr.write(text);
  const finish = (report: ReplaceReport, exitCode: number): number => {
    process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : describeOutcome(report));
    return exitCode;
  };
  using interrupt = new InterruptListener((message) => say(`\n${message}\n`));
  await using fleet = await openFleet(environment, { rehearsed, interrupt });
  const { beginning, report } = await prepare(environment, fleet, { ...options, today: today() });
  const { node } = beginning;
  say(describePlan(report));
  if (report.verdict === "refused") return finish(report, EXIT.refused);
  if (dryRun) return finish(report, EXIT.ok);
  if (fleet.asks && !yes && !(await confirm(`Replace ${node}?`))) return EXIT.refused;

  const open = "done" in beginning ? beginning : fleet.ledger.begin(beginning);
  const took = new Map(open.done);
  const outcome = (verdict: ReplaceReport["verdict"], next: string | null, problem: string | null): ReplaceReport => {
    const steps = open.steps.map((step) => ({ step, seconds: took.get(step) ?? null }));
    return { ...report, steps, verdict, next, problem };
  };
  const again = `npm run replace -- ${environment.name} ${node}${fleet.flag}`;
  try {
    const isDone = await replaceNode(open, {
      ...fleet,
      component: componentOf(environment.name, node),
      signal: interrupt.finish,
      onStep: (step) => say(`${step}: ${STEP_TEXTS[step]}\n`),
      onDone: (step, seconds) => void took.set(step, seconds),
    });
    if (!isDone) return finish(outcome("stopped", again, null), EXIT.interrupted);
  } catch (error) {
    if (!(error instanceof ReplacementError)) throw error;
    return finish(outcome("stopped", again, error.message), EXIT.failed);
  }
  const isOnprem = declaredNodes(environment).some((each) => each.name === node && each.provider === "onprem");
  const enroll = `npm run enroll -- ${environment.name} ${node}`;
  return finish(outcome(isOnprem ? "removed" : "replaced", isOnprem ? enroll : null, null), EXIT.ok);
}
