import type { Cost } from "../cost.ts";
import { withinBudget } from "../cost/within-budget.ts";
import type { Finding } from "../finding.ts";
import type { Row } from "../row.ts";
import type { Budget, Rule } from "../rule.ts";
import { runRules, worstFirst } from "../run.ts";

export interface JudgeOptions {
  readonly rules: readonly Rule[];
  readonly environment: string;
  readonly budget: Budget | undefined;
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
    const { rules, environment, budget } = this.#options;
    const { findings, undecided } = runRules(rules, [row], { environment, budget, cost: undefined });
    const own = findings.filter((finding) => finding.urn === row.urn && finding.level === "mandatory");
    return [...own.filter((finding) => !undecided.includes(finding)), ...this.#overBudget(row)];
  }

  /**
   * What plan says of the same rows. The engine's list has the outputs of every resource that there is in the end, but
   * of components and secrets only the registrations tell; a resource that this run left alone has none.
   */
  stack(resources: readonly Row[]): readonly Finding[] {
    const { rules, environment, budget, price } = this.#options;
    const rows = resources.map((row) => this.#rows.get(row.urn) ?? row);
    const { cost, findings } = price(rows);
    return worstFirst([...findings, ...runRules(rules, rows, { environment, budget, cost }).findings]);
  }

  /** Only the worst case can be judged while resources are still missing: it never falls when one is added. */
  #overBudget({ type }: Row): readonly Finding[] {
    const { environment, budget, bills, price } = this.#options;
    if (budget?.environment.worst === undefined || !bills(type)) return [];
    const rows = [...this.#rows.values()];
    const worst = { ...budget, environment: { worst: budget.environment.worst } };
    const { findings } = runRules([withinBudget], rows, { environment, budget: worst, cost: price(rows).cost });
    return findings.filter(({ level }) => level === "mandatory");
  }
}
