import { setTimeout as sleep } from "node:timers/promises";
import type { DrillCase, Step } from "./drill.ts";
import { judge, type Judgement, minutes } from "./judge.ts";
import type { Scene } from "./scene.ts";
import type { View } from "./view.ts";
import type { Watch } from "./watch.ts";

const POLL_MS = 250;
/** A drill that takes longer has failed, whatever it waits for. */
const LIMIT_MS = 120_000;

export interface CaseResult extends Judgement {
  /** From the first fault until the last expectation held, in simulated seconds; null where one did not. */
  readonly recoverySeconds: number | null;
}

/** Takes the steps of a case, looking at the cluster all the while, and judges what became of it. */
export async function runCase(drill: DrillCase, scene: Scene, watch: Watch): Promise<CaseResult> {
  const deadline = performance.now() + LIMIT_MS;
  const failures: string[] = [];
  let last = watch.baseline;
  const look = async (): Promise<View> => {
    const view = await scene.look();
    if (view !== undefined) {
      watch.look(view);
      last = view;
    }
    return last;
  };
  for (const step of drill.steps) {
    scene.signal.throwIfAborted();
    if (failures.length > 0 && step.kind !== "recover") continue;
    const failure =
      step.kind === "expect" ? await waitFor(step, scene, look, deadline) : await take(step, scene, watch, look);
    if (failure !== undefined) {
      watch.say("failed", failure);
      failures.push(failure);
    } else if (step.kind === "expect") watch.say("held", step.what);
  }
  await scene.tidy();
  const after = await look();
  const { baseline: before, availability, timeline } = watch;
  const judgement = judge({ failures, availability, before, after, disksLost: scene.disksLost });
  const injected = timeline.find(({ kind }) => kind === "inject")?.atSeconds ?? 0;
  const held = timeline.findLast(({ kind }) => kind === "held")?.atSeconds ?? injected;
  return { ...judgement, recoverySeconds: judgement.verdict === "passed" ? held - injected : null };
}

/** @returns why it could not be done */
async function take(
  { kind, what, act }: Extract<Step, { act: unknown }>,
  scene: Scene,
  watch: Watch,
  look: () => Promise<View>,
): Promise<string | undefined> {
  watch.say(kind, what);
  let done = false;
  const acting = act(scene).finally(() => (done = true));
  acting.catch(() => undefined);
  while (!done) {
    await look();
    await Promise.race([acting.catch(() => undefined), sleep(POLL_MS)]);
  }
  try {
    await acting;
    return undefined;
  } catch (error) {
    scene.signal.throwIfAborted();
    return `${what}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** @returns why it did not come true in time */
async function waitFor(
  { what, withinSeconds, holds }: Extract<Step, { kind: "expect" }>,
  scene: Scene,
  look: () => Promise<View>,
  deadline: number,
): Promise<string | undefined> {
  const end = scene.clock.seconds + withinSeconds;
  for (;;) {
    scene.signal.throwIfAborted();
    const reason = holds(await look(), scene);
    if (reason === undefined) return undefined;
    if (performance.now() > deadline) return `${what}: not within ${LIMIT_MS / 1000} s of the drill; ${reason}`;
    if (scene.clock.seconds > end) return `${what}: not within ${minutes(withinSeconds)} min; ${reason}`;
    await sleep(POLL_MS);
  }
}
