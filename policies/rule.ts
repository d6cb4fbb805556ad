import type { z } from "zod";
import type { Cost } from "./cost.ts";
import type { Example } from "./example.ts";
import type { LEVELS, SEVERITIES } from "./finding.ts";
import type { Row } from "./row.ts";

/** What there is to know about an environment beside its rows. */
export interface Surroundings {
  readonly environment: string;
  /** Absent where the front end could not price the rows; a rule that needs it then reports that it could not decide. */
  readonly cost: Cost | undefined;
  /** The environment's budget section, as parsed; see stacks/spec/budget.ts for the shape and units. */
  readonly budget: Budget | undefined;
  /** The environment's privacy section, as parsed; see stacks/spec/privacy.ts. */
  readonly privacy: Privacy | undefined;
  /** How long the environment is wanted; absent where the front end knows nothing but resources. */
  readonly lifetime: Lifetime | undefined;
  /** How old the environment's lock is; absent where the front end does not know it. */
  readonly lock: LockAge | undefined;
}

/** ISO dates. */
export interface LockAge {
  /** Since when the lock says what it says; see stacks/spec/lock.ts. */
  readonly resolvedAt: string;
  readonly today: string;
}

export interface Lifetime {
  readonly purpose: "development" | "staging" | "production";
  /** ISO date of its last day, or `never`; see stacks/spec/identity.ts. */
  readonly expires?: string | undefined;
  /** ISO date on which it is judged. */
  readonly today: string;
}

/** What a rule may look at beside the rows. */
export interface RuleContext<Config> extends Surroundings {
  readonly config: Config;
}

/** Limits in euros; every one may be left out. */
export interface Limits {
  readonly expected?: BurnLimits | undefined;
  readonly worst?: BurnLimits | undefined;
}
interface BurnLimits {
  readonly hourlyEuros?: number | undefined;
  readonly dailyEuros?: number | undefined;
  readonly monthlyEuros?: number | undefined;
}
export interface Budget {
  /** Share of a limit from which an advisory finding is reported. */
  readonly warnAt: number;
  readonly environment: Limits;
  readonly teams?: Readonly<Record<string, Limits>> | undefined;
  readonly pools?: Readonly<Record<string, Limits>> | undefined;
}

export interface Privacy {
  /** ISO 3166-1 alpha-2 countries in which data above `public` may be kept. */
  readonly residency: readonly string[];
  /** Companies that see prompts, by the name that models call them. */
  readonly processors?: Readonly<Record<string, Processor>>;
}

/** A company under contract as a processor of personal data. */
export interface Processor {
  /** ISO date until which the contract was reviewed as right. */
  readonly until: string;
  /** The most sensitive data that it was cleared for. */
  readonly dataClass: string;
}

/** What a rule says about one place; the runner adds the rule's id, level, severity and fix. */
export interface Violation {
  readonly urn: string;
  readonly path: string;
  readonly message: string;
  readonly value: string;
  readonly limit: string;
  /** Overrides the rule's own level, as a warning at 80 % of a budget does. */
  readonly level?: (typeof LEVELS)[number];
  readonly fix?: string;
}

/** A rule is data and a pure function over rows. One rule a file; the three front ends run the same object. */
export interface Rule<Config = unknown> {
  /** The path of its file below `policies/`, without `.ts`. */
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly severity: (typeof SEVERITIES)[number];
  readonly level: (typeof LEVELS)[number];
  /**
   * `resource`: what it says about a row alone holds whatever other rows there are, so `up` can refuse the resource
   * before it exists. `environment`: it needs to see all rows.
   */
  readonly scope: "resource" | "environment";
  /** Parameters with their defaults. */
  readonly config: z.ZodType<Config>;
  /** What the runner does when `check` meets a value that is not known yet. */
  readonly unknown: "ignore" | "warn" | "fail";
  readonly fix: string;
  /** Where the demand comes from: a standard, a vendor's documentation, an article. */
  readonly source: string;
  /** What passes, what is reported, and what lies between; the tests and the generated reference are made from it. */
  readonly examples: readonly Example[];
  check(rows: readonly Row[], context: RuleContext<Config>): Iterable<Violation>;
}
