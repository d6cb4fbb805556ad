import { EXEMPTABLE } from "../policies/checks.ts";
import { loadExemptions, type Exemption } from "../policies/exemptions.ts";
import type { Finding } from "../policies/finding.ts";
import { rules as registered } from "../policies/registry.ts";
import type { Rule } from "../policies/rule.ts";
import { runRules } from "../policies/run.ts";
import type { Row } from "../policies/row.ts";
import type { Environment } from "../stacks/environment-file.ts";
import { loadCatalogue } from "./pricing/catalogue/load.ts";
import { estimate } from "./pricing/estimate.ts";
import { digestsOf } from "./report/digests.ts";
import { explainer } from "./report/explain.ts";
import { overviewOf } from "./report/overview.ts";
import type { PlanReport, PlanSummary } from "./report/contract.ts";

export interface ReportOptions {
  /** ISO date; decides which prices are out of date and which exemptions count. */
  readonly today: string;
  /** Those of `policies/exemptions.yaml` if left out. */
  readonly exemptions?: readonly Exemption[];
  /** Those of `policies/registry.ts` if left out. */
  readonly rules?: readonly Rule[];
  /** Folders of price files; the project's own if left out. */
  readonly prices?: readonly string[];
  /** Day of order by URN of resources that exist and keep their price. @default everything is a new order */
  readonly orderedOn?: ReadonlyMap<string, string>;
}

/**
 * Prices rows and runs every rule over them, wherever they come from: the program or a stack's state.
 *
 * @throws CatalogueError if the price files are wrong, ExemptionsError if the exemptions are.
 */
export function reportOn(
  rows: readonly Row[],
  { name, spec, lock, file, secretKeys }: Environment,
  { today, orderedOn, prices, rules = registered, exemptions: list = loadExemptions(EXEMPTABLE) }: ReportOptions,
): PlanReport {
  const { budget, privacy, usage, models, sites } = spec;
  const { purpose, expires } = spec.environment;
  const history = orderedOn === undefined ? {} : { orderedOn };
  const catalogue = loadCatalogue({ today, ...(prices === undefined ? {} : { folders: prices }) });
  const priced = estimate(rows, { catalogue, usage, models, sites, today, ...history });
  const { findings, undecided, exempted } = runRules(rules, rows, {
    environment: name,
    cost: priced.cost,
    priceFindings: priced.findings,
    budget,
    privacy,
    lifetime: { purpose, expires, today },
    lock: { resolvedAt: lock.resolvedAt, today },
    exemptions: { list, today },
  });
  const explained = explainer({ rows, cost: priced.cost, file, today });
  return {
    environment: name,
    rows: rows.map(shown),
    cost: priced.cost,
    overview: overviewOf({ rows, cost: priced.cost, spec, lock, secretKeys }),
    findings: findings.map(explained),
    exempted: exempted.map(({ finding, exemption }) => ({ finding: explained(finding), exemption: { ...exemption } })),
    summary: summarise(rows, findings, undecided.length),
  };
}

function shown(row: Row): PlanReport["rows"][number] {
  const { urn, type, name, parent, labels, secretPaths, unknownPaths } = row;
  const places = { secretPaths: [...secretPaths], unknownPaths: [...unknownPaths] };
  return { urn, type, name, parent, labels: { ...labels }, inputs: digestsOf(row), ...places };
}

function summarise(rows: readonly Row[], findings: readonly Finding[], undecided: number): PlanSummary {
  const resources = rows.filter(({ custom, type }) => custom && !type.startsWith("pulumi:")).length;
  const mandatory = findings.filter(({ level }) => level === "mandatory").length;
  const verdict = undecided > 0 ? "undecided" : mandatory > 0 ? "findings" : "pass";
  return { resources, mandatory, advisory: findings.length - mandatory, undecided, verdict };
}
