import { z } from "zod";
import { exempt, exemptionFindings, type Exempted, type Exemptions } from "./exemptions.ts";
import { LEVELS, SEVERITIES, type Finding } from "./finding.ts";
import { UNKNOWN, type Row } from "./row.ts";
import type { Rule, Surroundings, Violation } from "./rule.ts";
import { secretsOf } from "./secrets.ts";
import { stackUrn } from "./stack.ts";
import { isSecret } from "./values.ts";

export interface RunContext extends Surroundings {
  /** Parameters by rule id, in place of the rules' defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** None if left out. */
  readonly exemptions?: Exemptions;
  /** What pricing has found in the same rows; none if left out. A mandatory one says that there is no price. */
  readonly priceFindings?: readonly Finding[];
}

export interface Verdict {
  /** Worst first, in the same order for the same rows. */
  readonly findings: readonly Finding[];
  /** Those among the findings that say only that nothing was decided: a rule crashed, a value or a price is missing. */
  readonly undecided: readonly Finding[];
  /** What would be findings, were they not exempted. What a rule could not judge never is. */
  readonly exempted: readonly Exempted[];
}

const NONE: Exemptions = { list: [], today: "" };

/** Runs every rule over the rows. Never throws: what goes wrong is itself a mandatory finding. */
export function runRules(rules: readonly Rule[], rows: readonly Row[], context: RunContext): Verdict {
  const { environment, exemptions = NONE, priceFindings = [] } = context;
  const { decided, undecided } = results(rules, rows, context);
  const { kept, exempted } = exempt([...decided, ...priceFindings], exemptions);
  const unsound = exemptionFindings(environment, exemptions, exempted);
  const unpriced = kept.filter((finding) => finding.level === "mandatory" && priceFindings.includes(finding));
  return {
    findings: worstFirst([...kept, ...undecided, ...unsound]),
    undecided: worstFirst([...undecided, ...unpriced]),
    exempted,
  };
}

/** What speaks against one resource, of which nothing but its own row is known. Mandatory, decided and not exempted. */
export function runRulesOnResource(rules: readonly Rule[], row: Row, context: RunContext): readonly Finding[] {
  const own = rules.filter(({ scope }) => scope === "resource");
  const { kept } = exempt(results(own, [row], context).decided, context.exemptions ?? NONE);
  return worstFirst(kept.filter(({ level }) => level === "mandatory"));
}

function results(
  rules: readonly Rule[],
  rows: readonly Row[],
  context: RunContext,
): Readonly<Record<"decided" | "undecided", readonly Finding[]>> {
  const redact = redactor(rows);
  const all = rows.length === 0 ? [noRows(context)] : rules.flatMap((rule) => runRule(rule, rows, context));
  const of = (wanted: boolean): Finding[] =>
    all.filter(({ decided }) => decided === wanted).map(({ finding }) => redact(finding));
  return { decided: of(true), undecided: of(false) };
}

/** Mandatory before advisory, critical before low, then by rule, resource and place. */
export function worstFirst<F extends Finding>(findings: readonly F[]): F[] {
  const key = ({ level, severity, rule, urn, path, message }: Finding): string =>
    [LEVELS.indexOf(level), SEVERITIES.indexOf(severity), rule, urn, path, message].join("\u0000");
  return findings.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

interface Result {
  readonly finding: Finding;
  readonly decided: boolean;
}

function runRule(
  rule: Rule,
  rows: readonly Row[],
  { settings, exemptions: _exemptions, priceFindings: _priceFindings, ...context }: RunContext,
): readonly Result[] {
  const config = rule.config.safeParse(settings?.[rule.id] ?? {});
  if (!config.success) {
    const message = `The settings of this rule are wrong, so it did not run: ${z.prettifyError(config.error)}`;
    return [couldNotRun(rule, context, message, "Correct the rule's settings.")];
  }
  try {
    const violations = rule.check(rows, { ...context, config: config.data });
    return [...violations].flatMap((violation) => toResult(rule, violation));
  } catch (error) {
    const message = `The rule crashed: ${error instanceof Error ? error.message : String(error)}`;
    return [
      couldNotRun(
        rule,
        context,
        message,
        "Report this as a defect of the rule; until it is repaired, nothing of it is checked.",
      ),
    ];
  }
}

/** What is unknown follows the rule's mode; everything else is a finding as it stands. */
function toResult(rule: Rule, violation: Violation): readonly Result[] {
  const { urn, path, message, value, limit, level = rule.level, fix = rule.fix } = violation;
  const finding = { rule: rule.id, level, severity: rule.severity, urn, path, message, value, limit, fix };
  if (value !== UNKNOWN) return [{ finding, decided: true }];
  const unknown = { ...finding, value: "[unknown]" };
  if (rule.unknown === "ignore") return [];
  if (rule.unknown === "warn") return [{ finding: { ...unknown, level: "advisory" }, decided: true }];
  return [{ finding: unknown, decided: false }];
}

function couldNotRun(
  rule: Rule,
  { environment }: Pick<RunContext, "environment">,
  message: string,
  fix: string,
): Result {
  const { id, severity } = rule;
  const finding: Finding = {
    rule: id,
    level: "mandatory",
    severity,
    urn: stackUrn(environment),
    path: "",
    message,
    value: "",
    limit: "",
    fix,
  };
  return { finding, decided: false };
}

function noRows({ environment }: RunContext): Result {
  const finding: Finding = {
    rule: "policy/no-resources",
    level: "mandatory",
    severity: "critical",
    urn: stackUrn(environment),
    path: "",
    message: "No resource was found, so no rule could judge anything.",
    value: "0 resources",
    limit: "at least the stack itself",
    fix: "Check that the environment declares pools and that the program runs to its end.",
  };
  return { finding, decided: false };
}

/** Hides values at secret places, and whatever of a secret's text a rule has put into a sentence. */
function redactor(rows: readonly Row[]): (finding: Finding) => Finding {
  const byUrn = new Map(rows.map((row) => [row.urn, row]));
  let secrets: readonly string[] | undefined;
  return (finding) => {
    const row = byUrn.get(finding.urn);
    const hidden =
      row !== undefined && finding.path !== "" && finding.value !== "[unknown]" && isSecret(row, finding.path);
    secrets ??= secretsOf(rows);
    const clean = (text: string): string =>
      (secrets ?? []).reduce((result, secret) => result.replaceAll(secret, "[secret]"), text);
    return {
      ...finding,
      message: clean(finding.message),
      value: hidden ? "[secret]" : clean(finding.value),
      limit: clean(finding.limit),
      fix: clean(finding.fix),
    };
  };
}
