import type { Allowances } from "../catalogue/allowances.ts";
import type { Kind } from "../catalogue/schema.ts";

/** One price as a provider's API says it today; amounts are decimal strings, net of VAT. */
export interface Observed {
  readonly kind: Kind;
  readonly item: string;
  readonly region: string;
  readonly amount: string;
  readonly currency: string;
  readonly monthlyCap?: string;
  readonly low?: string;
  readonly high?: string;
  readonly included?: Allowances;
  readonly orderable?: boolean;
}

/** What one API said: prices of one provider, with the words by which their list names where they come from. */
export interface Reading {
  readonly provider: string;
  readonly source: string;
  readonly prices: readonly Observed[];
}
