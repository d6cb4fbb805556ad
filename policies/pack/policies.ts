import type { Policies, ResourceValidationPolicy, StackValidationArgs, StackValidationPolicy } from "@pulumi/policy";
import type { Cost } from "../cost.ts";
import { withinBudget } from "../cost/within-budget.ts";
import type { Finding } from "../finding.ts";
import type { Row } from "../row.ts";
import type { Budget, Rule } from "../rule.ts";
import { runRules, worstFirst } from "../run.ts";
import { rowOf } from "./rows.ts";

export interface PackContext {
  readonly environment: string;
  readonly budget: Budget | undefined;
  /** False in the part of `up` that changes something. */
  readonly isPreview: boolean;
  price(rows: readonly Row[]): { readonly cost: Cost; readonly findings: readonly Finding[] };
}

/** A finding of one of the rules goes under the rule's own name; what a rule can not be blamed for goes under these. */
const WARNINGS = "warnings";
const UNDECIDED = "undecided";

/**
 * The rules as policies of a pack: one stack policy for each rule, and three more. `resources` collects what the engine
 * tells of each resource, since only a remediation is told what is secret and only single resources come with the
 * inputs of components. `before-creation` guards `up` itself. `warnings` and `undecided` carry findings whose level is
 * not their rule's, since a policy has but one.
 */
export function packPolicies(rules: readonly Rule[], context: PackContext): Policies {
  const collected = new Map<string, Row>();
  const judge = (args: StackValidationArgs): readonly Finding[] => {
    const rows = args.resources.map((resource) => collected.get(resource.urn) ?? rowOf(resource));
    const { cost, findings } = context.price(rows);
    const { environment, budget } = context;
    return worstFirst([...findings, ...runRules(rules, rows, { environment, cost, budget }).findings]);
  };
  return [resources(collected), beforeCreation(rules, collected, context), ...stackPolicies(rules, judge)];
}

function resources(collected: Map<string, Row>): ResourceValidationPolicy {
  return {
    name: "resources",
    description: "Notes every resource for the rules; changes and reports nothing.",
    enforcementLevel: "remediate",
    remediateResource: (args) => void collected.set(args.urn, rowOf(args)),
    validateResource: () => undefined,
  };
}

/**
 * Stack policies of an `up` run when all resources exist. Before that, each resource is judged by itself, now that its
 * values are known, and the one that takes the worst case over the budget is refused.
 */
function beforeCreation(rules: readonly Rule[], collected: ReadonlyMap<string, Row>, context: PackContext): ResourceValidationPolicy {
  return {
    name: "before-creation",
    description: "A resource that breaks a rule, or takes the worst-case cost over the budget, is not created.",
    enforcementLevel: "mandatory",
    validateResource: (args, report) => {
      if (context.isPreview) return;
      const row = collected.get(args.urn) ?? rowOf(args);
      const { environment, budget } = context;
      const own = runRules(rules, [row], { environment, budget, cost: undefined }).findings;
      const broken = own.filter(({ urn, level }) => urn === row.urn && level === "mandatory");
      for (const finding of [...broken, ...overBudget(collected, context)]) report(textOf(finding));
    },
  };
}

/** Only the worst case can be judged while resources are still missing: it never falls when one is added. */
function overBudget(collected: ReadonlyMap<string, Row>, { environment, budget, price }: PackContext): readonly Finding[] {
  if (budget?.environment.worst === undefined) return [];
  const rows = [...collected.values()];
  const worst = { ...budget, environment: { worst: budget.environment.worst } };
  const { findings } = runRules([withinBudget], rows, { environment, budget: worst, cost: price(rows).cost });
  return findings.filter(({ level }) => level === "mandatory");
}

function stackPolicies(rules: readonly Rule[], judge: (args: StackValidationArgs) => readonly Finding[]): readonly StackValidationPolicy[] {
  const policies = rules.map(({ id, title, severity, level, fix }) => ({
    policy: { name: nameOf(id), description: title, severity, enforcementLevel: level, remediationSteps: fix },
    mine: (finding: Finding) => finding.rule === id && finding.level === level,
  }));
  const isRules = (finding: Finding): boolean => policies.some(({ mine }) => mine(finding));
  const others = [
    {
      policy: { name: UNDECIDED, description: "A price or a rule could not be decided.", enforcementLevel: "mandatory" as const },
      mine: (finding: Finding) => finding.level === "mandatory" && !isRules(finding),
    },
    {
      policy: { name: WARNINGS, description: "Nothing stops `up`, but somebody should look.", enforcementLevel: "advisory" as const },
      mine: (finding: Finding) => finding.level === "advisory" && !isRules(finding),
    },
  ];
  return [...policies, ...others].map(({ policy, mine }) => ({
    ...policy,
    validateStack: (args, report) => {
      for (const finding of judge(args).filter(mine)) report(textOf(finding), finding.urn);
    },
  }));
}

/** `security/no-open-firewall` is `security-no-open-firewall` in a pack's configuration. */
const nameOf = (id: string): string => id.replaceAll("/", "-");

const textOf = ({ rule, path, message, fix }: Finding): string => `${rule}${path === "" ? "" : ` at ${path}`}: ${message}\nFix: ${fix}`;
