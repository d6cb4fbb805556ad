import type { Clock } from "./clock.ts";
import type { NodeView, View, WorkloadView } from "./view.ts";

export interface TimelineEntry {
  readonly atSeconds: number;
  /** `seen`: the cluster did it by itself. */
  readonly kind: "inject" | "recover" | "held" | "failed" | "seen";
  readonly what: string;
}

/** How a workload came through. */
export interface Availability {
  readonly workload: string;
  readonly wanted: number;
  readonly floor: number;
  readonly lowest: number;
  /** How long fewer pods served than are wanted. */
  readonly reducedSeconds: number;
  /** Whether all serve again. */
  readonly whole: boolean;
}

/** Writes down what changes in a cluster while it is looked at. */
export class Watch {
  readonly #clock: Clock;
  readonly #entries: TimelineEntry[] = [];
  readonly #workloads = new Map<string, Availability>();
  readonly #baseline: View;
  #last: View;
  #lastSeconds: number;

  /** @param baseline The view before anything happens: what is wanted, and what must not be lost */
  constructor(clock: Clock, baseline: View) {
    this.#clock = clock;
    this.#baseline = baseline;
    this.#last = baseline;
    this.#lastSeconds = clock.seconds;
    for (const workload of baseline.workloads) {
      const { wanted, floor, serving } = workload;
      const state = { wanted, floor, lowest: serving, reducedSeconds: 0, whole: serving >= wanted };
      this.#workloads.set(keyOf(workload), { workload: keyOf(workload), ...state });
    }
  }

  get baseline(): View {
    return this.#baseline;
  }

  get timeline(): readonly TimelineEntry[] {
    return this.#entries;
  }

  get availability(): readonly Availability[] {
    return [...this.#workloads.values()];
  }

  say(kind: TimelineEntry["kind"], what: string): void {
    this.#entries.push({ atSeconds: Math.round(this.#clock.seconds), kind, what });
  }

  look(view: View): void {
    const elapsed = this.#clock.seconds - this.#lastSeconds;
    this.#lastSeconds = this.#clock.seconds;
    for (const change of nodeChanges(this.#last.nodes, view.nodes)) this.say("seen", change);
    const now = new Map(view.workloads.map((workload) => [keyOf(workload), workload]));
    for (const [key, before] of this.#workloads) {
      const serving = now.get(key)?.serving ?? 0;
      const was = this.#last.workloads.find((workload) => keyOf(workload) === key)?.serving ?? 0;
      if (serving !== was) this.say("seen", `${key}: ${serving} of ${before.wanted} serve`);
      this.#workloads.set(key, {
        ...before,
        lowest: Math.min(before.lowest, serving),
        reducedSeconds: before.reducedSeconds + (serving < before.wanted ? elapsed : 0),
        whole: serving >= before.wanted,
      });
    }
    for (const job of view.jobs) {
      const was = this.#last.jobs.find(({ uid }) => uid === job.uid);
      if (was?.state === "active" && job.state !== "active") this.say("seen", `job ${job.name} is ${job.state}`);
    }
    this.#last = view;
  }
}

const keyOf = ({ namespace, name }: Pick<WorkloadView, "namespace" | "name">): string => `${namespace}/${name}`;

function nodeChanges(before: readonly NodeView[], after: readonly NodeView[]): string[] {
  const was = new Map(before.map((node) => [node.name, node]));
  const now = new Map(after.map((node) => [node.name, node]));
  const gone = before.filter(({ name }) => !now.has(name)).map(({ name }) => `${name} has left the cluster`);
  const changed = after.flatMap((node) => {
    const { name, ready, schedulable, taints, version } = node;
    const old = was.get(name);
    if (old === undefined) return [`${name} has joined${ready ? " and is ready" : ""}`];
    const fresh = taints.filter((taint) => !old.taints.includes(taint) && !taint.startsWith("node.kubernetes.io/"));
    return [
      ...(old.ready === ready ? [] : [`${name} is ${ready ? "ready" : "not ready"}`]),
      ...(old.schedulable === schedulable
        ? []
        : [`${name} ${schedulable ? "takes pods again" : "takes no more pods"}`]),
      ...(old.version === version || old.version === "" ? [] : [`${name} runs ${version}`]),
      ...fresh.map((taint) => `${name} has the taint ${taint}`),
    ];
  });
  return [...gone, ...changed];
}
