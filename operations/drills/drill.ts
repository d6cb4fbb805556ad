import type { Environment } from "../../stacks/environment-file.ts";
import type { Scene } from "./scene.ts";
import type { View } from "./view.ts";

/**
 * A fault and what must hold. A built-in one is a file of `built-in/` and a line of `registry.ts`; a team's own one is a
 * file of `extensions/drills/` whose default export it is.
 */
export interface Drill {
  /** Lower-case words with hyphens. */
  readonly name: string;
  /** What happens, in one sentence without a full stop. */
  readonly summary: string;
  /** Simulated seconds that a second stands for. @default 60; 1 where the engine is at work, which nothing hurries */
  readonly pace?: 1;
  /** What to drill in the environment, decided from its files alone. Called anew for every run. */
  readonly cases: (environment: Environment) => readonly (DrillCase | MissingCase)[];
}

/** One run of a drill, such as on one pool. */
export interface DrillCase {
  /** What is hit, such as `pool inference`; empty where there is nothing to choose. */
  readonly subject: string;
  readonly steps: readonly Step[];
}

/** What the environment can not have drilled. It is said in the report and is no pass. */
export interface MissingCase {
  readonly subject: string;
  readonly missing: string;
}

export type Step = Act | Expectation;

interface Act {
  readonly kind: "inject" | "recover";
  /** What is done, as a sentence without a full stop. */
  readonly what: string;
  readonly act: (scene: Scene) => Promise<void>;
}

interface Expectation {
  readonly kind: "expect";
  readonly what: string;
  readonly withinSeconds: number;
  readonly holds: (view: View, scene: Scene) => string | undefined;
}

/** Something goes wrong, or is asked for. */
export const inject = (what: string, act: Act["act"]): Step => ({ kind: "inject", what, act });

/** People or a cloud put it right again. It also runs where an expectation before it has failed. */
export const recover = (what: string, act: Act["act"]): Step => ({ kind: "recover", what, act });

/**
 * Something comes true by itself.
 *
 * @param withinSeconds Simulated
 * @param holds Undefined once it holds, else why it does not
 */
export const expect = (what: string, withinSeconds: number, holds: Expectation["holds"]): Step => ({
  kind: "expect",
  what,
  withinSeconds,
  holds,
});
