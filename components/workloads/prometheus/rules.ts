import type { Alert, BuildContext, CatalogueModel, Indicator } from "../contract.ts";
import { WATCHDOG } from "../alertmanager/watchdog.ts";

/** Where an alert's page stands in the runbook. */
export const runbookPage = (alert: string): string => `docs/runbook.md#${alert.toLowerCase()}`;

/**
 * Rule files by name: the budgets, the alerts of every kind in the fleet, each once whatever the number of its workloads, the figures
 * of the scorecard, and the alert that always fires.
 */
export function ruleFiles({
  fleet,
  models,
  teams = {},
  monthlyEuros,
}: Partial<Pick<BuildContext, "teams" | "monthlyEuros">> & {
  readonly fleet: BuildContext["fleet"];
  readonly models: Readonly<Record<string, Pick<CatalogueModel, "name" | "tier">>>;
}): Record<string, { readonly groups: readonly object[] }> {
  const kinds = [...new Map(fleet.map((member) => [member.kind, member])).values()];
  const alerts = kinds
    .filter((member) => member.alerts.length > 0)
    .map((member) => ({ name: member.kind, rules: member.alerts.map(alertRule) }));
  const indicators = kinds.flatMap((member) => member.indicators);
  const watchdog = { alert: WATCHDOG, expr: "vector(1)", labels: { severity: "none" } };
  return {
    alerts: { groups: [...alerts, { name: "watchdog", rules: [watchdog] }] },
    budgets: { groups: [{ name: "budgets", rules: budgets({ teams, monthlyEuros }) }] },
    scorecard: {
      groups: [{ name: "scorecard", rules: [...Object.values(models).map(tier), ...indicators.map(figure)] }],
    },
  };
}

/** Limits as series, for alerts to compare what is spent with. */
const budgets = ({ teams, monthlyEuros }: Pick<BuildContext, "teams" | "monthlyEuros">): readonly object[] => [
  ...(monthlyEuros === undefined ? [] : [{ record: "fleet:budget_euros", expr: `vector(${monthlyEuros})` }]),
  ...Object.entries(teams).flatMap(([team, { monthlyEuros: limit }]) =>
    limit === undefined ? [] : [{ record: "fleet:team_budget_euros", expr: `vector(${limit})`, labels: { team } }],
  ),
];

const alertRule = ({ name, expression, forMinutes, severity, summary }: Alert) => ({
  alert: name,
  expr: expression,
  for: `${forMinutes}m`,
  labels: { severity },
  annotations: { summary, runbook: runbookPage(name) },
});

const tier = (model: Pick<CatalogueModel, "name" | "tier">) => ({
  record: "fleet:model_tier",
  expr: "vector(1)",
  labels: { model_id: model.name, tier: model.tier },
});

const figure = ({ record, expression }: Indicator) => ({ record, expr: expression });
