import type { PodView } from "./view.ts";

export interface TrainingPlan {
  /** How long the work takes without interruption, in simulated seconds. */
  readonly workSeconds: number;
  /** Between two checkpoints. */
  readonly checkpointSeconds: number;
}

/**
 * How far a job has come that writes checkpoints: its pod's running time counts, and with the pod goes what it has done
 * since its last checkpoint. The notice is not used to save: what is shown is the most that a reclaim can cost.
 */
export class Training {
  readonly #plan: TrainingPlan;
  #saved = 0;
  #run: { readonly uid: string; readonly since: number } | undefined;
  #runs = 0;
  #lost = 0;

  constructor(plan: TrainingPlan) {
    this.#plan = plan;
  }

  /** Seconds of work that are done, saved or not. */
  progress(now: number): number {
    return this.#saved + (this.#run === undefined ? 0 : now - this.#run.since);
  }

  /** Seconds of work that a new pod would start with. */
  saved(now: number): number {
    const { checkpointSeconds } = this.#plan;
    const done = this.progress(now);
    return Math.max(
      this.#saved,
      this.#saved + Math.floor((done - this.#saved) / checkpointSeconds) * checkpointSeconds,
    );
  }

  /** Work that was done and had to be done again, in seconds. */
  get lostSeconds(): number {
    return this.#lost;
  }

  /** Pods that have worked on it. */
  get runs(): number {
    return this.#runs;
  }

  /** @returns the pod that has finished the work, once */
  observe(pods: readonly PodView[], now: number): PodView | undefined {
    const working = pods.filter(({ phase, ready, terminating }) => phase === "Running" && ready && !terminating);
    const current = working.find(({ uid }) => uid === this.#run?.uid);
    if (this.#run !== undefined && current === undefined) {
      const saved = this.saved(now);
      this.#lost += this.progress(now) - saved;
      this.#saved = saved;
      this.#run = undefined;
    }
    const [next] = working;
    if (this.#run === undefined && next !== undefined && this.#saved < this.#plan.workSeconds) {
      this.#run = { uid: next.uid, since: now };
      this.#runs += 1;
    }
    if (current === undefined || this.progress(now) < this.#plan.workSeconds) return undefined;
    this.#saved = this.#plan.workSeconds;
    this.#run = undefined;
    return current;
  }
}
