import type { Cost } from "../cost.ts";
import { withinBudget } from "../cost/within-budget.ts";
import type { Finding } from "../finding.ts";
import type { Row } from "../row.ts";
import type { Budget, Limits, Rule } from "../rule.ts";
import { runRules, runRulesOnResource, type RunContext } from "../run.ts";

export interface JudgeOptions extends Omit<RunContext, "cost" | "priceFindings"> {
  readonly rules: readonly Rule[];
  /** False in the part of `up` that changes something. */
  readonly isPreview: boolean;
  /** Whether a resource of this type can cost anything by itself. */
  bills(type: string): boolean;
  price(rows: readonly Row[]): { readonly cost: Cost; readonly findings: readonly Finding[] };
}

/** Judges one preview or update, which the engine tells resource by resource and then as a whole. */
export class Judge {
  readonly #options: JudgeOptions;
  readonly #rows = new Map<string, Row>();

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  /**
   * What keeps a resource from being created. A preview says it all at the end; `up` would by then have created
   * everything, so there each resource is judged before it exists, now that its values are known, and the one that
   * takes the worst case over the budget is refused.
   */
  resource(row: Row): readonly Finding[] {
    this.#rows.set(row.urn, row);
    if (this.#options.isPreview) return [];
    const { rules, ...context } = this.#options;
    return [...runRulesOnResource(rules, row, { ...context, cost: undefined }), ...this.#overBudget(row)];
  }

  /**
   * What plan says of the same rows. The engine's list has the outputs of every resource that there is in the end, but
   * of components and secrets only the registrations tell; a resource that this run left alone has none.
   */
  stack(resources: readonly Row[]): readonly Finding[] {
    const { rules, price, ...context } = this.#options;
    const rows = resources.map((row) => this.#rows.get(row.urn) ?? row);
    const { cost, findings } = price(rows);
    return runRules(rules, rows, { ...context, cost, priceFindings: findings }).findings;
  }

  /**
   * Only the worst case of the environment and of its pools can be judged while resources are still missing: it never
   * falls when one is added. What a team pays does, where one more workload shares its nodes.
   */
  #overBudget({ type }: Row): readonly Finding[] {
    const { budget, bills, price, ...context } = this.#options;
    const guard = budget === undefined ? undefined : runningGuard(budget);
    if (guard === undefined || !bills(type)) return [];
    const rows = [...this.#rows.values()];
    const { findings } = runRules([withinBudget], rows, { ...context, budget: guard, cost: price(rows).cost });
    return findings.filter(({ level, rule }) => level === "mandatory" && rule === withinBudget.id);
  }
}

/** The limits that can be held to while resources are still missing; undefined if there is none. */
function runningGuard({ warnAt, environment, pools = {} }: Budget): Budget | undefined {
  const worst = ({ worst: limits }: Limits): Limits => ({ worst: limits });
  const parts = [environment, ...Object.values(pools)];
  if (parts.every((limits) => limits.worst === undefined)) return undefined;
  const ofPools = Object.entries(pools).map(([name, limits]) => [name, worst(limits)] as const);
  return { warnAt, environment: worst(environment), pools: Object.fromEntries(ofPools) };
}
