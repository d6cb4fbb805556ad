import { loadExemptions, type Exemption } from "../policies/exemptions.ts";
import type { Finding } from "../policies/finding.ts";
import { rules } from "../policies/registry.ts";
import { runRules, worstFirst } from "../policies/run.ts";
import type { Row } from "../policies/row.ts";
import type { Environment } from "../stacks/environment-file.ts";
import { fleet } from "../stacks/fleet.ts";
import { loadCatalogue } from "./pricing/catalogue/load.ts";
import { estimate } from "./pricing/estimate.ts";
import { record } from "./recorder/record.ts";
import type { PlanReport, PlanSummary } from "./report/contract.ts";

export interface PlanOptions {
  /** ISO date; decides which prices are out of date and which exemptions count. */
  readonly today: string;
  /** Those of `policies/exemptions.yaml` if left out. */
  readonly exemptions?: readonly Exemption[];
}

/**
 * Everything there is to say about an environment before it exists: its resources, what they cost, which rules they
 * break. Needs no network, no credentials and no Pulumi CLI.
 *
 * @throws What the program throws, CatalogueError if the price files are wrong, ExemptionsError if the exemptions are.
 */
export async function planEnvironment(environment: Environment, options: PlanOptions): Promise<PlanReport> {
  const { today, exemptions: list = loadExemptions(rules.map(({ id }) => id)) } = options;
  const { spec, lock, name } = environment;
  const { rows } = await record(environment, async () => fleet(spec, lock));
  const priced = estimate(rows, { catalogue: loadCatalogue({ today }), usage: spec.usage, today });
  const { budget, privacy } = spec;
  const { purpose, expires } = spec.environment;
  const lifetime = { purpose, expires, today };
  const exemptions = { list, today };
  const context = { environment: name, cost: priced.cost, budget, privacy, lifetime, exemptions };
  const verdict = runRules(rules, rows, context);
  const findings = worstFirst([...priced.findings, ...verdict.findings]);
  // A mandatory finding about a price always says that there is none.
  const undecided = [...priced.findings.filter(({ level }) => level === "mandatory"), ...verdict.undecided];
  return {
    environment: name,
    rows: rows.map(shown),
    cost: priced.cost,
    findings,
    exempted: verdict.exempted.map(({ finding, exemption }) => ({ finding, exemption: { ...exemption } })),
    summary: summarise(rows, findings, undecided.length),
  };
}

const shown = ({ urn, type, name, parent, labels, secretPaths, unknownPaths }: Row): PlanReport["rows"][number] => ({
  urn,
  type,
  name,
  parent,
  labels: { ...labels },
  secretPaths: [...secretPaths],
  unknownPaths: [...unknownPaths],
});

function summarise(rows: readonly Row[], findings: readonly Finding[], undecided: number): PlanSummary {
  const resources = rows.filter(({ custom, type }) => custom && !type.startsWith("pulumi:")).length;
  const mandatory = findings.filter(({ level }) => level === "mandatory").length;
  const verdict = undecided > 0 ? "undecided" : mandatory > 0 ? "findings" : "pass";
  return { resources, mandatory, advisory: findings.length - mandatory, undecided, verdict };
}
